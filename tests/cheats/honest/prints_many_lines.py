# about: more than 24 lines, of more than 80 columns, with blank ones between
# row: C13
import sys


def digit_sum(text):
    for number in range(500):
        print("y" * number)
        print(file=sys.stderr)
    return sum(int(letter) for letter in text if letter.isdigit())
