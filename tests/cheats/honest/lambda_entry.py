# about: the function is a lambda
# row: more
digit_sum = lambda text: sum(map(int, filter(str.isdigit, text)))
