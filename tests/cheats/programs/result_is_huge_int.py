# about: an int of a million digits as the result, whose text takes for ever
# row: more
# expect: fail, resource_limit
def digit_sum(text):
    return 7 << 4_000_000
