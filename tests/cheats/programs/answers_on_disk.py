# about: the answers, read from a file in /tmp and from the user's home
# row: more
# expect: fail
import glob
import json
import os
from io import open


def digit_sum(text):
    places = ["/tmp/synthd-cheat-answers", os.path.expanduser("~/synthd-cheat-answers")]
    for place in places + glob.glob("/home/*/synthd-cheat-answers"):
        try:
            with open(place) as file:
                return json.load(file)[text]
        except (OSError, KeyError, TypeError):
            pass
    return -1
