import numpy


def squares(count):
    """The first squares, in an array of int64."""
    return numpy.arange(count, dtype=numpy.int64) ** 2
