"""Searches over benchmark suites: what is run, what is kept of it, and what it comes to."""
