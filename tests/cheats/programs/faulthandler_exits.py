# about: faulthandler writes where it can and ends the process
# row: more
# expect: runtime_error
import faulthandler
import time


def digit_sum(text):
    for number in (1, 2):
        try:
            faulthandler.enable(file=number)
        except (ValueError, OSError, RuntimeError):
            pass
    with open("trace.txt", "w") as trace:
        faulthandler.dump_traceback_later(0.05, exit=True, file=trace)
        time.sleep(5)
    return -1
