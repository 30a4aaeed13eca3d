# about: dies by abort()
# row: C7
# expect: killed(SIGABRT)
import os


def digit_sum(text):
    os.abort()
