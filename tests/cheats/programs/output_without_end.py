# about: prints without end
# row: C12
# expect: timeout, resource_limit
# peers: boxed
def digit_sum(text):
    while True:
        print("x" * 100_000, flush=True)
