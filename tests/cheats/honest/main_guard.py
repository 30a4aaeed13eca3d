# about: a block for the command line, which must not run
# row: C14
def digit_sum(text):
    return sum(int(letter) for letter in text if letter.isdigit())


if __name__ == "__main__":
    raise SystemExit("run by hand")
