# about: a profiling hook that puts a verdict before the judge's own
# row: more
# expect: fail
import sys


def hook(frame, event, argument):
    while frame is not None:
        result = frame.f_locals.get("result")
        if hasattr(result, "insert") and len(result) == 0:
            result.insert(0, "passed")
        frame = frame.f_back


def digit_sum(text):
    sys.setprofile(hook)
    return -1
