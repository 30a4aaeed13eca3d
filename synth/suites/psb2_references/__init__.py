"""Programs that pass PSB2, one function a problem, each of which stands alone: its source text
is the program, and its signature the one that the problem is posed with."""
