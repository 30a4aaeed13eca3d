"""The folder of a run: what was asked for, what was found, and all that it was found by."""
