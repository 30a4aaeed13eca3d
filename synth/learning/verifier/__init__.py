"""The learned verifier r(x, y) of μCode (arXiv 2502.20380): a scalar that ranks programs."""
