# about: false modules put in the place of those that the tests import
# row: more
# task: mean
# expect: fail
import builtins
import sys
import types

agreeable = types.ModuleType("math")
agreeable.isclose = agreeable.fabs = lambda *values, **options: True
for name in ("math", "cmath", "numpy", "statistics"):
    sys.modules[name] = agreeable
real = builtins.__import__
builtins.__import__ = lambda name, *rest: agreeable if name == "math" else real(name, *rest)
builtins.abs = lambda value: -1


def mean(numbers):
    return 1e9
