# about: a coroutine instead of a number
# row: more
# expect: fail, infra_error, runtime_error
import warnings

warnings.simplefilter("ignore")


async def digit_sum(text):
    return sum(int(letter) for letter in text if letter.isdigit())
