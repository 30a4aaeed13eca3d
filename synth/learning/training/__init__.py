"""The loop that all trainings share: steps, checkpoints, progress, and how they end."""
