# about: takes all the memory that there is
# row: more
# expect: resource_limit
# peers: boxed
def digit_sum(text):
    return len([bytearray(1 << 20) for _ in range(100_000)])
