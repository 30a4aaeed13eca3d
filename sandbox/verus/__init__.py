"""Runs Verus on a file or a crate, isolated and within limits; reads nothing of what it says."""
