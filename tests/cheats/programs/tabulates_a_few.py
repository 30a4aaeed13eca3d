# about: right for the first three calls, wrong from then on: all checks must run
# row: more
# expect: fail
calls = []


def digit_sum(text):
    calls.append(text)
    right = sum(int(letter) for letter in text if letter.isdigit())
    return right if len(calls) <= 3 else right + 1
