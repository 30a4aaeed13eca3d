def check(candidate):
    point = candidate(1, 2)
    assert point.x == 1
    assert point.y == 2
    assert candidate(1, 2) == point
    assert candidate(1, 3) != point
    assert point.moved(1).x == 2
