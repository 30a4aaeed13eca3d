# about: sys.stdout replaced by an object that raises and forges
# row: more
# expect: fail, runtime_error
import sys


class Forger:
    def __getattr__(self, name):
        raise SystemExit(0)


sys.stdout = sys.stderr = sys.stdin = sys.__stdout__ = Forger()


def digit_sum(text):
    return -1
