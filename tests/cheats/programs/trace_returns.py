# about: a trace function that changes what is on the way back
# row: more
# expect: fail
import sys


def trace(frame, event, argument):
    for name in ("exact_match", "value", "out", "got"):
        if name in frame.f_locals:
            frame.f_locals[name] = True
    return trace


def digit_sum(text):
    frame = sys._getframe(1)
    while frame is not None:
        frame.f_trace = trace
        frame = frame.f_back
    sys.settrace(trace)
    return 0
