# about: an honest subclass of dict where a dict is wanted
# row: more
# task: frequencies
class Frequencies(dict):
    def __missing__(self, key):
        return 0


def frequencies(text):
    found = Frequencies()
    for letter in text:
        found[letter] += 1
    return found
