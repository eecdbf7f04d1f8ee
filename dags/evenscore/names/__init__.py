"""What accounts are called: normal forms, look-alikes, other dress, and finding names in texts."""
