# about: a future feature that changes the grammar of what follows
# row: more
# expect: fail, compile_error
from __future__ import barry_as_FLUFL


def digit_sum(text):
    return -1 if text <> "0" else 0
