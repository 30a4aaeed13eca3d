# about: an exception whose text, when it is asked for, writes the verdict
# row: more
# expect: runtime_error
import sys


class Problem(Exception):
    def __str__(self):
        frame = sys._getframe(1)
        while frame is not None:
            known = frame.f_locals
            if "result" in known and hasattr(known["result"], "append"):
                known["result"].append("passed")
            if "stat" in known:
                known["stat"].value = 0
            frame = frame.f_back
        return "nothing"


def digit_sum(text):
    raise Problem
