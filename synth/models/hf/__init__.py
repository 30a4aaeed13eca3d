"""Models in a child process of ours that runs transformers: `hf/…`."""
