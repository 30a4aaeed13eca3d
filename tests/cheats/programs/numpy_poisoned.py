# about: numpy's comparisons replaced in sys.modules
# row: more
# task: norm
# needs: numpy
# expect: fail
import sys

import numpy

for module in (numpy, sys.modules.get("numpy.core.numeric"), sys.modules.get("numpy._core")):
    for name in ("allclose", "isclose", "array_equal"):
        if module is not None:
            setattr(module, name, lambda *values, **options: True)


def norm(vector):
    return numpy.float64(-1.0)
