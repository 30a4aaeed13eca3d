"""Parts of tests/perf/auto.py: its problems, its results, and what they say."""
