# about: loops nested 40 deep
# row: more
# where: DEEP = "".join(" " * n + "for _ in text:\n" for n in range(1, 41)) + " " * 41 + "pass"
# expect: compile_error
def digit_sum(text):
DEEP
