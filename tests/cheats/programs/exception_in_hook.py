# about: import hooks and excepthooks that raise in the judge's code
# row: more
# expect: fail, runtime_error
import sys
import threading


class Finder:
    def find_spec(self, *values):
        raise SystemExit(0)


sys.meta_path.insert(0, Finder())
sys.excepthook = threading.excepthook = sys.unraisablehook = lambda *values: sys.exit(0)


def digit_sum(text):
    return -1
