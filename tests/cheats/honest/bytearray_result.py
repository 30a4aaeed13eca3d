# about: a bytearray where bytes are wanted: they are equal
# row: more
# task: encoded
def encoded(text, encoding):
    return bytearray(text, encoding)
