"""What measures, compares and fits the method, and the communities that it is tried on. No night reaches it."""
