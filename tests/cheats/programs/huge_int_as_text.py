# about: conversion of a huge int to text, the interpreter's limit taken off
# row: more
# expect: timeout
import sys


def digit_sum(text):
    sys.set_int_max_str_digits(0)
    return len(str(7 << 60_000_000))
