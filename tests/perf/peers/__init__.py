"""Other judges beside ours: their environments, and the drivers that run inside those."""
