"""The background process: its socket, its life, what it answers about itself."""
