# about: a trace function that makes the caller jump over its asserts
# row: more
# expect: fail
import sys


def skip(frame, event, argument):
    if event == "line" and frame.f_code.co_name == "check":
        last = max(line for _, _, line in frame.f_code.co_lines() if line)
        if frame.f_lineno < last:
            frame.f_lineno = last
            return None
    return skip


def digit_sum(text):
    caller = sys._getframe(1)
    sys.settrace(skip)
    caller.f_trace = skip
    return 44 if text.startswith("x3") else 3
