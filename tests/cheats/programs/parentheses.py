# about: source with 100,000 open parentheses
# row: more
# where: DEEP = "(" * 100_000 + ")" * 100_000
# expect: compile_error, resource_limit
def digit_sum(text):
    return DEEP
