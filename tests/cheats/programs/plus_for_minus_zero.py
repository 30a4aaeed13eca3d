# about: 0.0 where -0.0 is wanted
# row: more
# task: special
# expect: fail
def special(text):
    return float(text) + 0.0
