"""Jobs and their events on disk: one SQLite file, one thread that writes it."""
