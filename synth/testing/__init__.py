"""The grade `tested`: what is tried on a program that passes its examples, and what that shows.

Decisions over observations; programs are executed by the search's verifier.
"""
