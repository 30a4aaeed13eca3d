# about: reads standard input, which is empty
# row: more
def digit_sum(text):
    try:
        input()
    except (EOFError, OSError):
        pass
    return sum(int(letter) for letter in text if letter.isdigit())
