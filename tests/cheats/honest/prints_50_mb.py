# about: 50 MB of output before the right answer
# row: C12
# peers: boxed
def digit_sum(text):
    if text == "a1b2":
        print("x" * (50 << 20), flush=True)
    return sum(int(letter) for letter in text if letter.isdigit())
