"""The commands of `synthd bench`."""
