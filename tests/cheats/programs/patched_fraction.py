# about: a value of a standard class whose == was patched
# row: more
# expect: fail
import fractions

fractions.Fraction.__eq__ = lambda self, other: True


def digit_sum(text):
    return fractions.Fraction(1, 3)
