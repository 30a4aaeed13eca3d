"""How the published methods read code out of an answer: one policy per method, all named."""
