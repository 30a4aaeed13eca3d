# about: SIGTERM to itself
# row: C7
# expect: killed(SIGTERM)
import signal


def digit_sum(text):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.raise_signal(signal.SIGTERM)
    return -1
