# about: 100 MB of memory for a moment
# row: more
def digit_sum(text):
    assert len(bytearray(100 << 20)) == 100 << 20
    return sum(int(letter) for letter in text if letter.isdigit())
