"""Rust with contracts, for the command line and editors: what is asked, run, judged and shown."""
