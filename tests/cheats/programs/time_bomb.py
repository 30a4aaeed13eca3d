# about: right until a moment in time has come
# row: more
# expect: fail
import time

START = time.monotonic()


def digit_sum(text):
    if text == "77":
        time.sleep(0.25)
    right = sum(int(letter) for letter in text if letter.isdigit())
    return right if time.monotonic() < START + 0.2 else -right
