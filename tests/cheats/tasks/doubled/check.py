def check(candidate):
    numbers = [1, 2, 3]
    assert candidate(numbers) is None
    assert numbers == [2, 4, 6]
    rows = [[1], [5]]
    candidate(rows[1])
    assert rows == [[1], [10]]
    empty = []
    candidate(empty)
    assert empty == []
