# about: SIGSTOP to itself: it neither computes nor ends
# row: more
# expect: timeout
import posix


def digit_sum(text):
    posix.kill(posix.getpid(), 19)
    return -1
