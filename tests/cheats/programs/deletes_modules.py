# about: deletes every module, the judge's as well
# row: more
# expect: fail, runtime_error
import sys


def digit_sum(text):
    sys.modules.clear()
    sys.path.clear()
    return -1
