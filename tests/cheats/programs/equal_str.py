# about: a str whose hash and == follow whatever it is compared with
# row: C1
# task: letters
# expect: fail
class Any(str):
    def __eq__(self, other):
        return True

    def __hash__(self):
        return hash("abxyz"[self.turn % 5])


def letters(text):
    found = []
    for turn in range(3 if text == "xyzzy" else 2 if text else 0):
        one = Any("?")
        one.turn = turn + (2 if text == "xyzzy" else 0)
        found.append(one)
    return found
