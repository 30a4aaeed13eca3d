# about: logs and warns
# row: more
import logging
import warnings

logging.basicConfig(level=logging.DEBUG)


def digit_sum(text):
    logging.debug("summing %r", text)
    warnings.warn("slow")
    return sum(int(letter) for letter in text if letter.isdigit())
