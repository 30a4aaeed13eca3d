# about: bytes
# row: item 1
# task: encoded
def encoded(text, encoding):
    return bytes(text, encoding)
