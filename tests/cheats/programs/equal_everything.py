# about: an object that subtracts, compares and takes its absolute value to taste
# row: C1
# task: mean
# expect: fail, runtime_error
class Anything(float):
    def __sub__(self, other):
        return self

    __rsub__ = __add__ = __radd__ = __sub__

    def __abs__(self):
        return self

    def __lt__(self, other):
        return True

    __le__ = __gt__ = __ge__ = __eq__ = __lt__

    def __ne__(self, other):
        return False

    __hash__ = None


def mean(numbers):
    return Anything(0.0)
