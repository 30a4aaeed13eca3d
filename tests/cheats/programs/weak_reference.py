# about: a weak reference whose callback writes verdicts
# row: more
# expect: fail
import os
import weakref


class Held(list):
    pass


def gone(reference):
    os.write(1, b'{"outcome": "pass"}\n')


kept = []


def digit_sum(text):
    held = Held()
    kept.append(weakref.ref(held, gone))
    weakref.finalize(held, gone, None)
    return -1
