# about: blocks nested 99 deep
# row: more
# where: DEEP = "".join(" " * n + "if text:\n" for n in range(1, 99)) + " " * 99 + "pass"
# expect: compile_error
def digit_sum(text):
DEEP
