# about: the same, as soon as the program is loaded
# row: C3
# expect: runtime_error
import os
import sys

frame = sys._getframe()
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
