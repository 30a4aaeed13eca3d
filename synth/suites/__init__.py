"""Benchmark suites as data: tasks, what judges them, programs that pass. Nothing runs here."""
