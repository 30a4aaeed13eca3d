# about: the next constant in the caller's byte code
# row: C2
# expect: fail
import dis
import sys


def digit_sum(text):
    frame = sys._getframe(1)
    if frame.f_code.co_name == "check":
        for step in dis.get_instructions(frame.f_code):
            if step.offset > frame.f_lasti and step.opname.startswith("LOAD_"):
                if type(step.argval) is int:
                    return step.argval
    return -1
