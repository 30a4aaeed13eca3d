# about: a loop that swallows whatever is raised in it
# row: C9
# expect: timeout
def digit_sum(text):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
