# about: a future import after other statements
# row: more
# expect: compile_error
import os

from __future__ import annotations


def digit_sum(text):
    return -1
