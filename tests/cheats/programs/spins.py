# about: every signal ignored, then a loop
# row: C9
# expect: timeout
import signal


def digit_sum(text):
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.alarm(0)
    while True:
        pass
