"""Final answers: how they are found in what a model says, and when two of them are the same."""
