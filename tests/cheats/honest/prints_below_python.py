# about: a megabyte written straight to the descriptors 1 and 2
# row: C12
import os


def digit_sum(text):
    for number in (1, 2):
        for _ in range(256):
            os.write(number, b"x" * 4096)
    return sum(int(letter) for letter in text if letter.isdigit())
