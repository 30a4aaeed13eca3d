# about: the function is missing
# row: more
# expect: runtime_error, compile_error
def digits_sum(text):
    return 0
