# about: ints of thousands of digits, past the interpreter's limit for their text
# row: item 1
# task: power
def power(base, exponent):
    result = 1
    while exponent:
        if exponent & 1:
            result *= base
        base *= base
        exponent >>= 1
    return result
