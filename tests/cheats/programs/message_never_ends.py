# about: an exception whose text is computed for ever
# row: more
# expect: timeout, runtime_error
class Endless(Exception):
    def __str__(self):
        while True:
            pass

    __repr__ = __str__


def digit_sum(text):
    raise Endless
