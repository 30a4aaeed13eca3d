"""What is kept of searches: completions by content, and the order in which a search went."""
