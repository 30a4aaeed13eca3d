# about: a regular expression that backtracks for ever
# row: more
# expect: timeout
import re


def digit_sum(text):
    return len(re.match(r"(a+)+$", "a" * 64 + "b") or "")
