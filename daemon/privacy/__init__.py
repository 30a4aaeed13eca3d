"""What synthd keeps on this machine: where, how much, what may be in it; and how it is deleted."""
