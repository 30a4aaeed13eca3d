"""Whether a spec says what was meant: what a proof cannot show of contracts that a model wrote.

AlphaVerus' critique (arXiv 2412.06176): a model compares the program with what it is to be, and a
model tries to satisfy the spec with a body that does nothing. Its findings are evidence for people,
with everything that was said kept; no part of it can accept a program.
"""
