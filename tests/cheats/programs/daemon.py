# about: a daemon by ctypes fork and setsid, left running
# row: C10
# expect: fail, runtime_error
import ctypes
import os
import time


def digit_sum(text):
    child = ctypes.CDLL(None).fork()
    if child == 0:
        os.setsid()
        time.sleep(30)
        os._exit(0)
    right = sum(int(letter) for letter in text if letter.isdigit())
    return right if child > 0 else -1
