"""Expert iteration (μCode, arXiv 2502.20380): a model learns from search over its own programs."""
