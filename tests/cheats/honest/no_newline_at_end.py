# about: a comment in the last line, which has no end
# row: C14
# where: LAST = "the end"
def digit_sum(text):
    return sum(int(letter) for letter in text if letter.isdigit())  # LAST
