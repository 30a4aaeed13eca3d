def check(candidate):
    assert candidate(0) == {}
    assert candidate(2) == {
        (0, "a"): [{0}, frozenset({0}), (0, None, True)],
        (1, "b"): [{0, 1}, frozenset({1}), (1, None, False)],
    }
    assert candidate(1)[(0, "a")][2][2] is True
    assert list(candidate(3)) == [(0, "a"), (1, "b"), (2, "c")]
    assert {type(part) for part in candidate(1)[(0, "a")]} == {set, frozenset, tuple}
