# about: forks, so that two processes answer
# row: more
# expect: fail, runtime_error
import posix


def digit_sum(text):
    child = posix.fork()
    return sum(int(letter) for letter in text if letter.isdigit()) if child else -1
