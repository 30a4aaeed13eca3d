def check(candidate):
    assert candidate(0) == 0
    assert candidate(10) == 10
    assert candidate(900) == 900
