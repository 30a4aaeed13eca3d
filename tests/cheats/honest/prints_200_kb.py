# about: 200 kB of output before the right answer, more than a pipe holds
# row: C12
def digit_sum(text):
    print("x" * 200_000, flush=True)
    return sum(int(letter) for letter in text if letter.isdigit())
