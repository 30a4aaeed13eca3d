# about: recursion without end
# row: more
# expect: runtime_error
def digit_sum(text):
    return digit_sum(text)
