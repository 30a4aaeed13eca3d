# about: tests written with unittest's assertions
# row: more
# task: vowels
def vowels(word):
    return len([letter for letter in word if letter in "aeiou"])
