# about: lines that end with carriage return and line feed
# row: C14
# where: END = "\r\n"
def digit_sum(text):END    return sum(int(letter) for letter in text if letter.isdigit())END
