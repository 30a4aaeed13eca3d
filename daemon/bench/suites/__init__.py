"""The suites of `synthd bench`: tasks of benchmarks as searches meet them."""
