# about: sys.stdout replaced, then closed
# row: more
import io
import sys

sys.stdout = io.StringIO()


def digit_sum(text):
    print("noted")
    sys.stdout.flush()
    return sum(int(letter) for letter in text if letter.isdigit())
