"""What the commands of `synthd train` do."""
