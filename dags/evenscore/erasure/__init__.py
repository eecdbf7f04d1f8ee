"""Leaving: what is kept about a person is removed in one go, and no backfill, restore or roll-back brings it back."""
