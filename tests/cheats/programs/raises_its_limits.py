# about: takes its limits off, then takes memory
# row: more
# expect: resource_limit
# peers: boxed
import ctypes


def digit_sum(text):
    libc = ctypes.CDLL(None)
    both = (ctypes.c_uint64 * 2)(2**64 - 1, 2**64 - 1)
    for number in range(16):
        libc.prlimit(0, number, both, None)
        libc.setrlimit(number, both)
    return len([bytearray(1 << 20) for _ in range(100_000)])
