"""What starts trainings: their processes, data that may be learned from, memory, model cards."""
