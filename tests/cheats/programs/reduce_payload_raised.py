# about: an exception whose unpickling runs a command
# row: more
# expect: runtime_error
import os


class Payload(Exception):
    def __reduce__(self):
        return os.system, ("touch /tmp/synthd-cheat-unpickled",)


def digit_sum(text):
    raise Payload("now")
