# about: writes a file without end
# row: more
# expect: runtime_error, resource_limit, killed(SIGXFSZ), timeout
# peers: boxed
def digit_sum(text):
    with open("filler", "wb") as file:
        while True:
            file.write(b"x" * (1 << 20))
