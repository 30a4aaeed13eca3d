# about: source with 100,000 minus signs
# row: more
# where: DEEP = "-" * 100_000 + "1"
# expect: compile_error, resource_limit, killed(SIGSEGV)
def digit_sum(text):
    return DEEP
