# about: simply wrong
# row: more
# expect: fail
def digit_sum(text):
    return len(text)
