# about: dies by a segmentation fault
# row: C7
# expect: killed(SIGSEGV)
import ctypes


def digit_sum(text):
    return ctypes.string_at(0)
