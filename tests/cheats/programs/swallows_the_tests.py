# about: an open text at the end, so that tests appended to it become part of it
# row: C14
# expect: compile_error
def digit_sum(text):
    return -1


ignored = """
