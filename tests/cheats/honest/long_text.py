# about: results of 300,000 characters, and of many lines
# row: C13
# task: text_width
def text_width(count, piece="x"):
    return piece * count
