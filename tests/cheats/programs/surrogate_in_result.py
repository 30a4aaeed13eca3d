# about: half a surrogate pair in the result
# row: more
# task: greeting
# expect: fail
def greeting(name):
    return "Grüß dich, \udcff!"
