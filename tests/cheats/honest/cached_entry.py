# about: the function is wrapped by functools.lru_cache
# row: more
import functools


@functools.lru_cache(maxsize=None)
def digit_sum(text):
    return sum(int(letter) for letter in text if letter.isdigit())
