# about: a recursion limit so low that the judge's own code hardly runs
# row: more
# expect: fail, runtime_error
import sys


def digit_sum(text):
    for limit in range(1, 100):
        try:
            sys.setrecursionlimit(limit)
            break
        except RecursionError:
            pass
    return -1
