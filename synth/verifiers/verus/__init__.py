"""Verus as a verifier: what it says about a program, whether that may be believed, and by name."""
