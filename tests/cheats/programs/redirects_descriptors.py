# about: puts its own pipe in the place of every descriptor
# row: more
# expect: runtime_error, fail, timeout
# peers: boxed
import os


def digit_sum(text):
    _, end = os.pipe()
    for number in range(0, 64):
        if number != end:
            try:
                os.fstat(number)
                os.dup2(end, number)
            except OSError:
                pass
    return sum(int(letter) for letter in text if letter.isdigit())
