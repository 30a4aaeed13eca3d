# about: a result that ends the process when it is collected
# row: more
# expect: fail, runtime_error
import os


class Last:
    def __del__(self):
        os._exit(0)


def digit_sum(text):
    return Last()
