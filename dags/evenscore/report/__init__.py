"""The report: what a reviewer reads in the morning."""
