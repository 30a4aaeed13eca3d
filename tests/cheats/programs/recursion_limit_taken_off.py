# about: no recursion limit, then recursion through C until the stack ends
# row: more
# expect: killed(SIGSEGV), runtime_error, resource_limit
import sys


class Deep:
    def __repr__(self):
        return repr(self)


def digit_sum(text):
    sys.setrecursionlimit(2**31 - 1)
    return repr(Deep())
