def check(candidate):
    assert list(candidate(3)) == [0, 1, 2]
    assert list(candidate(0)) == []
    steps = candidate(2)
    assert next(steps) == 0
    assert next(steps) == 1
    assert next(steps, "end") == "end"
    assert sum(candidate(1000)) == 499500
