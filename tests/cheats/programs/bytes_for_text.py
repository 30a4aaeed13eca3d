# about: bytes where a text is wanted
# row: more
# task: greeting
# expect: fail
def greeting(name):
    return f"Grüß dich, {name}!".encode()
