def check(candidate):
    first, second = candidate(), candidate()
    assert first() == 1
    assert first() == 2
    assert second() == 1
    assert first() == 3
