# about: the name of the function is a number
# row: more
# expect: runtime_error
digit_sum = 5
