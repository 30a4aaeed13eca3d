# about: a fault after a handler for faults was installed
# row: more
# expect: killed(SIGSEGV)
import faulthandler


def digit_sum(text):
    with open("trace.txt", "w") as trace:
        faulthandler.enable(file=trace)
        faulthandler._sigsegv()
    return -1
