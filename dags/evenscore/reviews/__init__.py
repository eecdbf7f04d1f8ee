"""Held scores and their reviewers: what waits, what was decided, what it came to."""
