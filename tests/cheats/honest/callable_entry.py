# about: the function is an object with __call__
# row: more
class Sum:
    def __call__(self, text):
        return sum(int(letter) for letter in text if letter.isdigit())


digit_sum = Sum()
