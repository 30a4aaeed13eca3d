"""Engines of `synthd bench` that run searches elsewhere: on a Ray cluster, as Slurm jobs."""
