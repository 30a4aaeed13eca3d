def check(candidate):
    expected = [1, 2, 3]
    assert candidate([3, 1, 2, 3]) == expected
    expected = []
    assert candidate([]) == expected
    result = candidate([5, 5, 4])
    assert isinstance(result, list) and len(result) == 2
    assert result == sorted(result)
    expected = [-7, 0, 1000]
    assert candidate([1000, 0, -7, 0]) == expected
    assert candidate(list(range(50, 0, -1)))[:2] == [1, 2]
