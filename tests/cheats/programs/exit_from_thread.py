# about: os._exit(0) by a thread while the function computes
# row: C6
# expect: runtime_error
import os
import threading
import time


def digit_sum(text):
    threading.Timer(0.05, os._exit, (0,)).start()
    time.sleep(5)
    return -1
