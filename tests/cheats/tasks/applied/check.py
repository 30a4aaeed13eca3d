def check(candidate):
    seen = []

    def note(value):
        seen.append(value)
        return value * 10

    assert candidate(note, [1, 2]) == [10, 20]
    assert seen == [1, 2]
    assert candidate(lambda value: value + 1, [5]) == [6]
    assert candidate(str, [1.5]) == ["1.5"]
    assert candidate(len, ["ab", ""]) == [2, 0]
