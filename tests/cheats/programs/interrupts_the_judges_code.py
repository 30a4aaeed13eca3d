# about: an asynchronous exception thrown into every other thread
# row: more
# expect: fail, runtime_error, timeout
import ctypes
import sys


def digit_sum(text):
    for number in list(sys._current_frames()):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(number), ctypes.py_object(SystemExit)
        )
    return -1
