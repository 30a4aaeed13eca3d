# about: a text of 200 MB as the result
# row: more
# expect: fail, resource_limit
# peers: boxed
def digit_sum(text):
    return "7" * (200 << 20)
