# about: tabs and form feeds in the source
# row: C14
# where: TAB = "\t", FEED = "\f"
FEED
def digit_sum(text):
TABreturn sum(int(letter) for letter in text if letter.isdigit())
