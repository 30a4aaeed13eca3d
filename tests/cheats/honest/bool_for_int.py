# about: True where 1 is wanted: they are equal
# row: more
# task: depth
def depth(levels):
    return levels if levels else False
