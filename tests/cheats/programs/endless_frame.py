# about: announces a frame of 4 GB, and another of no kind
# row: more
# expect: fail, runtime_error, timeout, resource_limit
# peers: boxed
import os
import struct


def digit_sum(text):
    for number in range(3, 64):
        for op in (5, 43, 255):
            try:
                os.write(number, struct.pack("!BII", op, 1, 0xFFFFFFFF) + b"[" * 4096)
            except OSError:
                break
    return -1
