# about: SIGKILL to the process that started it
# row: more
# expect: runtime_error, killed(SIGKILL)
# peers: boxed
import posix


def digit_sum(text):
    posix.kill(posix.getppid(), 9)
    return sum(int(letter) for letter in text if letter.isdigit())
