"""Several completions at once from one model: what engines of `hf/…` do when they are asked."""
