# about: the function is a class whose instances are the values
# row: more
class digit_sum(int):
    def __new__(cls, text):
        return sum(int(letter) for letter in text if letter.isdigit())
