# about: a list nested 100,000 deep
# row: more
# expect: fail, runtime_error, resource_limit
def digit_sum(text):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    return deep
