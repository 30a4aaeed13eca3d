# about: a thread that is no daemon, asleep for a minute after the right answer
# row: C11
import threading
import time


def digit_sum(text):
    if text == "a1b2":
        threading.Thread(target=time.sleep, args=(60,)).start()
    return sum(int(letter) for letter in text if letter.isdigit())
