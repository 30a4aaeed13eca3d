# about: 50 kB of output before the right answer
# row: C12
def digit_sum(text):
    print("x" * 50_000)
    return sum(int(letter) for letter in text if letter.isdigit())
