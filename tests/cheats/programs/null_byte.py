# about: a null byte in the source
# row: more
# where: NULL = "\0"
# expect: compile_error
def digit_sum(text):
    return -1  # NULL
