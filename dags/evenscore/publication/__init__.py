"""The only door to readers: who may be shown, what of whom, and the swap of one link."""
