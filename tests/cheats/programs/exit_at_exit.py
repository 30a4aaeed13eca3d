# about: a handler that turns the end into status 0
# row: more
# expect: runtime_error
import atexit
import os

atexit.register(os._exit, 0)


def digit_sum(text):
    raise ValueError("no")
