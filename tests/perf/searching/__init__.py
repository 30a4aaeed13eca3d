"""Parts of tests/perf/search.py: a simulated world, and what the best scheduler could do in it."""
