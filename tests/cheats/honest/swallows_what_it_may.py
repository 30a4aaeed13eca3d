# about: catches BaseException where nothing is wrong
# row: more
def digit_sum(text):
    total = 0
    for letter in text:
        try:
            total += int(letter)
        except BaseException:
            pass
    return total
