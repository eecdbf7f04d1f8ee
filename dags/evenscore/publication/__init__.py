"""The only door to readers: what of whom is shown, and the swap of one link."""
