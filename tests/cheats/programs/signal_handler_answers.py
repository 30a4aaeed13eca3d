# about: a timer whose handler raises long after the function has returned
# row: more
# expect: fail, runtime_error
import signal


def late(*values):
    raise SystemExit(0)


signal.signal(signal.SIGALRM, late)


def digit_sum(text):
    signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
    return -1
