# about: writes and reads a temporary file
# row: more
import tempfile


def digit_sum(text):
    with tempfile.TemporaryFile("w+") as file:
        file.write(text)
        file.seek(0)
        text = file.read()
    return sum(int(letter) for letter in text if letter.isdigit())
