# about: an expression of 50,000 terms, too deep to compile
# row: more
# where: DEEP = "+".join(["1"] * 50_000)
# expect: compile_error, resource_limit, killed(SIGSEGV), fail
def digit_sum(text):
    return DEEP
