def check(candidate):
    assert candidate(16) == 4
    try:
        candidate(-1)
    except ValueError as problem:
        assert str(problem) == "-1 has no root"
        assert problem.args == ("-1 has no root",)
    else:
        raise AssertionError("no ValueError")
    for bad in ("16", None, [16]):
        try:
            candidate(bad)
            raise AssertionError("no TypeError")
        except TypeError:
            pass
