# about: every signal ignored, then asleep for good
# row: C9
# expect: timeout
import signal
import time


def digit_sum(text):
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.alarm(0)
    time.sleep(1000)
