"""What a run writes of itself, what it keeps for the next, and what must never be lost: runs, turns, counted files."""
