"""Figures over many searches, and how sure they are: pure functions of counts and fractions."""
