"""What tests/perf/batch.py measures with: searches that only wait, and a log of a million."""
