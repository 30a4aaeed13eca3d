# about: dicts of tuples of sets of frozensets
# row: item 1
# task: nested
def nested(size):
    found = {}
    for n in range(size):
        found[n, chr(97 + n)] = [set(range(n + 1)), frozenset([n]), (n, None, not n % 2)]
    return found
