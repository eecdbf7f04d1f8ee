"""A candidate scoring version beside the one that was published: who moves, how far, and because of what."""
