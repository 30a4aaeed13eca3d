# about: half a surrogate pair and a null byte in an exception's text
# row: more
# expect: runtime_error
def digit_sum(text):
    raise ValueError("\ud800\0\x1b[2J\r")
