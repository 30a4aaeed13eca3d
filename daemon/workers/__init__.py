"""Processes that run one job each, so that no search ever holds up the daemon."""
