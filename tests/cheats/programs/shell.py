# about: a shell command through posix.system
# row: C8
# expect: fail, runtime_error
import posix


def digit_sum(text):
    status = posix.system("touch /tmp/synthd-cheat-shell")
    return sum(int(letter) for letter in text if letter.isdigit()) + status
