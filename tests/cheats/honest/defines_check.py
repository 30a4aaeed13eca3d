# about: a helper called check, another called candidate
# row: more
def check(letter):
    return letter.isdigit()


def candidate(letter):
    return int(letter)


def digit_sum(text):
    return sum(map(candidate, filter(check, text)))
