# about: sys.stdout and sys.stderr set to None
# row: more
import sys

sys.stdout = sys.stderr = None


def digit_sum(text):
    print("into the void")
    return sum(int(letter) for letter in text if letter.isdigit())
