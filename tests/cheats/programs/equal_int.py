# about: an int whose == is always true
# row: C1
# expect: fail
class Yes(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


def digit_sum(text):
    return Yes(-1)
