def check(candidate):
    import numpy

    assert numpy.array_equal(candidate(4), numpy.array([0, 1, 4, 9]))
    assert candidate(3).dtype == numpy.int64
    assert candidate(3).sum() == 5
    assert numpy.allclose(candidate(3) * 0.5, [0.0, 0.5, 2.0])
    assert candidate(0).shape == (0,)
