"""One night from beginning to end: its steps, what they start from, what they said, and what is let go."""
