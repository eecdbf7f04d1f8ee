"""One night from beginning to end: its steps, what they start from, the call of dbt, what they said, what is let go."""
