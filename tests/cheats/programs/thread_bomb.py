# about: as many threads as there can be
# row: more
# expect: runtime_error, resource_limit, timeout
# peers: boxed
import threading
import time


def digit_sum(text):
    for _ in range(100_000):
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
    return -1
