def check(candidate):
    assert candidate(7, 2) == (3, 1)
    quotient, rest = candidate(9, 4)
    assert (quotient, rest) == (2, 1)
    assert candidate(1, 1)[0] == 1
    assert len(candidate(5, 5)) == 2
    assert isinstance(candidate(8, 3), tuple)
