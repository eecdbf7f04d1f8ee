"""Methods that SQL cannot say well. Pure: numbers and texts in, numbers and texts out; dbt's Python models call it."""
