"""Questions with one final answer as suites: GSM8K and MATH-500."""
