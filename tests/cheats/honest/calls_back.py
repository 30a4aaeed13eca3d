# about: calls functions that the tests pass
# row: item 1
# task: applied
def applied(function, values):
    return list(map(function, values))
