# about: a loop while the program is loaded
# row: C9
# expect: timeout
while True:
    pass
