# about: KeyboardInterrupt, which a careless judge takes for the user's
# row: more
# expect: runtime_error
def digit_sum(text):
    raise KeyboardInterrupt
