# about: os._exit(0): an end without a word is no timeout
# row: C6
# expect: runtime_error
import os


def digit_sum(text):
    os._exit(0)
