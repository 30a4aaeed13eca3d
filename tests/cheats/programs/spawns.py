# about: a command through _posixsubprocess, below subprocess
# row: C8
# expect: runtime_error, fail
import os
import posix

os.fork = getattr(os, "fork", None) or posix.fork


def digit_sum(text):
    command = ["/bin/sh", "-c", "touch /tmp/synthd-cheat-spawned"]
    child = posix.posix_spawn("/bin/sh", command, {})
    posix.waitpid(child, 0)
    return sum(int(letter) for letter in text if letter.isdigit())
