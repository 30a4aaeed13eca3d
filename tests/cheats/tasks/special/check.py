def check(candidate):
    import math

    value = candidate("nan")
    assert isinstance(value, float) and math.isnan(value) and value != value
    assert candidate("inf") == float("inf")
    assert candidate("-inf") == -float("inf")
    assert math.copysign(1.0, candidate("-0.0")) == -1.0
    assert math.copysign(1.0, candidate("0.0")) == 1.0
    assert candidate("1e308") == 1e308
    assert candidate("5e-324") == 5e-324
    assert candidate("0.1") == 0.1
    assert str(candidate("1")) == "1.0"
