"""What has landed: days written whole, where each row came from, and what a row must be."""
