# about: a small list that unfolds to 2 ** 60 elements
# row: more
# expect: fail, resource_limit, runtime_error
def digit_sum(text):
    bomb = [text]
    for _ in range(60):
        bomb = [bomb, bomb]
    return bomb
