def check(candidate):
    assert candidate(10, 0) == 1
    assert candidate(2, 64) == 18446744073709551616
    assert candidate(-3, 41) == -36472996377170786403
    assert candidate(10, 6000) == 10**6000
    assert candidate(10, 6000) % 7 == pow(10, 6000, 7)
