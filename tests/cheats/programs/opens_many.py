# about: a million open files
# row: more
# expect: runtime_error, resource_limit
# peers: boxed
import posix


def digit_sum(text):
    for _ in range(1_000_000):
        posix.open("/dev/null", posix.O_RDONLY)
    return -1
