# about: the alarm off, then asleep past the limit, then the right answer
# row: C9
# expect: timeout
import signal
import time


def digit_sum(text):
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.alarm(0)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    if text == "a1b2":
        time.sleep(1.75)
    return sum(int(letter) for letter in text if letter.isdigit())
