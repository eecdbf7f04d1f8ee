"""evenscore."""
