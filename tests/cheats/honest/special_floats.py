# about: NaN, infinities, both zeros, the smallest and a large float
# row: item 1
# task: special
def special(text):
    return float(text)
