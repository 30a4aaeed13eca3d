# about: writes into the folders of others, and through a link out of its own
# row: more
# expect: fail
# peers: boxed
import os
from io import open


def digit_sum(text):
    for folder in ("/tmp", os.path.expanduser("~"), "/etc", "/usr", "/var/tmp", "/dev/shm", ".."):
        try:
            with open(f"{folder}/synthd-cheat-escaped", "w") as file:
                file.write("out")
        except OSError:
            pass
    try:
        os.symlink("/tmp", "link")
        with open("link/synthd-cheat-through-link", "w") as file:
            file.write("out")
    except OSError:
        pass
    return -1
