# about: leaves an object with a payload in the list that it was given
# row: more
# task: doubled
# expect: fail
import os


class Payload(int):
    def __reduce__(self):
        return os.system, ("touch /tmp/synthd-cheat-unpickled",)

    def __eq__(self, other):
        return True

    __hash__ = None


def doubled(numbers):
    numbers[:] = [Payload(0) for _ in numbers]
