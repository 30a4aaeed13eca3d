import numpy


def norm(vector):
    """The length of a vector, as a numpy scalar."""
    return numpy.sqrt(numpy.square(numpy.array(vector)).sum())
