# about: writes the verdict into the judge's variables, then leaves
# row: C3
# expect: runtime_error
import os
import sys


def digit_sum(text):
    frame = sys._getframe(1)
    while frame is not None:
        known = frame.f_locals
        if "result" in known and hasattr(known["result"], "append"):
            known["result"].append("passed")
        if "stat" in known and "progress" in known:
            for place in range(len(known["details"])):
                known["details"][place] = True
            known["progress"].value = len(known["details"])
            known["stat"].value = 0
        frame = frame.f_back
    os._exit(0)
