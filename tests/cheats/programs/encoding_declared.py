# about: a declared encoding that turns a comment into code
# row: more
# expect: fail, compile_error
# -*- coding: raw_unicode_escape -*-
def digit_sum(text):
    # \u000a    return sum(int(letter) for letter in text if letter.isdigit())
    return -1
