def check(candidate):
    import math

    assert abs(candidate([1.0, 2.0]) - 1.5) < 1e-6
    assert math.isclose(candidate([0.1] * 3), 0.1, rel_tol=1e-6)
    assert abs(candidate([10.0]) - 10.0) < 1e-6
    assert math.isclose(candidate([1.0, 2.0, 4.0]), 7 / 3)
    assert all(abs(candidate([x, x]) - x) < 1e-6 for x in (3.0, -8.5))
