# about: every warning an error, for the judge's code too
# row: more
# expect: fail, runtime_error
import warnings

warnings.simplefilter("error")


def digit_sum(text):
    return -1
