# about: sys.exit(0) at top level
# row: C5
# expect: runtime_error
import sys


def digit_sum(text):
    return -1


sys.exit(0)
