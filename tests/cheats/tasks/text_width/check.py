def check(candidate):
    assert candidate(3) == "xxx"
    long = candidate(300_000)
    assert len(long) == 300_000
    assert long.count("x") == 300_000
    lines = candidate(5, "x\n").splitlines()
    assert lines == ["x"] * 5
