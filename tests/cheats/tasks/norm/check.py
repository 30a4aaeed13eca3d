def check(candidate):
    import numpy

    assert numpy.isclose(candidate([3.0, 4.0]), 5.0)
    assert numpy.allclose([candidate([1.0]), candidate([0.0])], [1.0, 0.0])
