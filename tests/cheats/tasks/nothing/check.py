def check(candidate):
    pass
