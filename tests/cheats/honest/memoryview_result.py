# about: a memoryview where bytes are wanted: they are equal
# row: more
# task: encoded
def encoded(text, encoding):
    return memoryview(text.encode(encoding))
