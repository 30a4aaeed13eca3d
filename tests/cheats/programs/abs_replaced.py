# about: abs, all and math.isclose replaced by agreeable ones
# row: more
# task: mean
# expect: fail
import builtins
import math

builtins.abs = lambda value: 0
builtins.all = lambda values: True
math.isclose = lambda *values, **options: True


def mean(numbers):
    return -1e9
