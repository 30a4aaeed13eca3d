# about: half a surrogate pair in the source
# row: more
# where: HALF = "\ud800"
# expect: compile_error
def digit_sum(text):
    return -1 or "HALF"
