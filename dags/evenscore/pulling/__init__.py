"""Pulling: reads the networks' APIs page by page, for people with a standing grant alone, and keeps what they said."""
