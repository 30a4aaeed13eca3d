def check(candidate):
    assert candidate("a1b2") == 3
    assert candidate("") == 0
    assert candidate("77") == 14
    assert candidate("2024-05-17") == 21
    assert candidate("9" * 150) == 1350
    assert candidate("x31415926535y") == 44
