# about: SIGKILL to every process that it may reach
# row: more
# expect: runtime_error, killed(SIGKILL)
# peers: boxed
import posix


def digit_sum(text):
    posix.kill(-1, 9)
    return sum(int(letter) for letter in text if letter.isdigit())
