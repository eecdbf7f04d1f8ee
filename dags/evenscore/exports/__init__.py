"""What is handed out: all that is kept about one person, and figures about many; each under a purpose, and recorded."""
