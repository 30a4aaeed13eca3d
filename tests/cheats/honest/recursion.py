# about: recursion near the interpreter's limit
# row: item 1
# task: depth
def depth(levels):
    return 0 if levels == 0 else 1 + depth(levels - 1)
