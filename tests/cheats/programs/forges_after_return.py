# about: threads that go on writing answers after the function has returned
# row: more
# expect: fail, runtime_error
# peers: boxed
import os
import struct
import threading


def flood():
    while True:
        for number in range(3, 32):
            for op in (5, 8, 43):
                try:
                    os.write(number, struct.pack("!BII", op, 1, 1) + b"3")
                except OSError:
                    pass


def digit_sum(text):
    if text == "a1b2":
        for _ in range(3):
            threading.Thread(target=flood, daemon=True).start()
    return -1
