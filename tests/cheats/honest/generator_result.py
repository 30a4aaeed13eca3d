# about: a generator
# row: item 1
# task: counting
def counting(end):
    number = 0
    while number < end:
        yield number
        number += 1
