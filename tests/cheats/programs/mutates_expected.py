# about: changes the list of expected values in the caller
# row: C4
# task: distinct
# expect: fail
import sys


class Two(list):
    pass


def distinct(numbers):
    frame = sys._getframe(1)
    while frame is not None:
        known = frame.f_locals
        expected = known.get("expected")
        if isinstance(expected, list):
            if "i" in known and known["i"] < len(expected):
                target = expected[known["i"]]
            else:
                target = expected
            if numbers == [5, 5, 4]:
                return [4, 5]
            if len(numbers) == 50:
                return [1, 2] if target is expected else target
            target[:] = [9, 9, 9]
            return [9, 9, 9]
        frame = frame.f_back
    return [9, 9, 9]
