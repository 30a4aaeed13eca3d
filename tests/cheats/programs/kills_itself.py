# about: SIGKILL to itself
# row: C7
# expect: killed(SIGKILL)
import posix


def digit_sum(text):
    posix.kill(posix.getpid(), 9)
