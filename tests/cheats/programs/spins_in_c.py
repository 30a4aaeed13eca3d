# about: a loop inside one C call, which no Python-level handler interrupts
# row: C9
# expect: timeout
def digit_sum(text):
    return sum(iter(int, 1))
