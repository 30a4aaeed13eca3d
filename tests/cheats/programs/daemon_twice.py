# about: a daemon by two forks, out of its session and its process group
# row: C10
# expect: fail, runtime_error
import os
import posix
import time


def digit_sum(text):
    if text == "a1b2":
        child = posix.fork()
        if child == 0:
            posix.setsid()
            if posix.fork():
                posix._exit(0)
            time.sleep(30)
            posix._exit(0)
        posix.waitpid(child, 0)
    return sum(int(letter) for letter in text if letter.isdigit())
