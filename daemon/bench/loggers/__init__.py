"""Where else a run of `synthd bench` is told: Weights & Biases, MLflow, a git remote."""
