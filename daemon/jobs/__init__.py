"""Jobs: kept on disk, queued by priority, run by workers, watched by anyone of the same user."""
