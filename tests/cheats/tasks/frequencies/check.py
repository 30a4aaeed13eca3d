def check(candidate):
    assert candidate("abca") == {"a": 2, "b": 1, "c": 1}
    assert candidate("") == {}
    assert candidate("zz")["z"] == 2
    assert sorted(candidate("ba").items()) == [("a", 1), ("b", 1)]
