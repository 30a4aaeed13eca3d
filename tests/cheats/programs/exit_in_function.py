# about: sys.exit(0) in the function
# row: C5
# expect: runtime_error
import sys


def digit_sum(text):
    sys.exit(0)
