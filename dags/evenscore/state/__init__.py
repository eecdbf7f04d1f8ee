"""What a run writes of itself, and what must never be lost: runs, turns, counted files."""
