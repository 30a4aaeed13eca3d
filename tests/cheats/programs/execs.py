# about: replaces itself by another program that exits with 0
# row: C8
# expect: runtime_error, fail
import posix


def digit_sum(text):
    posix.execv("/bin/true", ["true"])
