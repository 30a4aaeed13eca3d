# about: reads clocks and random numbers
# row: more
import random
import time


def digit_sum(text):
    time.sleep(0.001)
    random.seed(time.time_ns())
    letters = [letter for letter in text if letter.isdigit()]
    random.shuffle(letters)
    return sum(map(int, letters))
