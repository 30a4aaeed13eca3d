# about: a list that contains itself
# row: more
# task: distinct
# expect: fail, runtime_error
def distinct(numbers):
    loop = [1]
    loop.append(loop)
    return loop
