# about: closes every descriptor, the judge's channel as well
# row: more
# expect: runtime_error
# peers: boxed
import os


def digit_sum(text):
    os.closerange(0, 256)
    return sum(int(letter) for letter in text if letter.isdigit())
