# about: a result whose unpickling runs a command
# row: more
# expect: fail
import os


class Payload:
    def __reduce__(self):
        return os.system, ("touch /tmp/synthd-cheat-unpickled",)


def digit_sum(text):
    return Payload()
