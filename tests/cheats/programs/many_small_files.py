# about: makes files until it may not
# row: more
# expect: runtime_error, resource_limit, timeout, fail
# peers: boxed
def digit_sum(text):
    for number in range(4_000):
        with open(f"small-{number}", "wb") as file:
            file.write(b"x" * 8192)
    return -1
