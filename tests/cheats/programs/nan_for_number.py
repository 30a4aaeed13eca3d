# about: NaN, which is never too far from anything
# row: more
# task: mean
# expect: fail
def mean(numbers):
    return float("nan")
