# about: garbage to every descriptor
# row: more
# expect: fail, runtime_error
# peers: boxed
import os


def digit_sum(text):
    for number in range(3, 256):
        try:
            os.write(number, b"\xff" * 4096)
        except OSError:
            pass
    return -1
