"""Critiques of specs for the command line: what is asked, what was said, what it comes to."""
