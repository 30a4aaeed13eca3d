# about: the right digits, as a text
# row: more
# expect: fail
def digit_sum(text):
    return str(sum(int(letter) for letter in text if letter.isdigit()))
