# about: takes memory through files in memory
# row: more
# expect: resource_limit, runtime_error, fail
# peers: boxed
import mmap
import os


def digit_sum(text):
    kept = []
    for number in range(16):
        place = f"/dev/shm/synthd-cheat-{os.getpid()}-{number}"
        with open(place, "w+b") as file:
            os.ftruncate(file.fileno(), 256 << 20)
            block = mmap.mmap(file.fileno(), 256 << 20)
        for offset in range(0, len(block), 4096):
            block[offset] = 1
        kept.append(block)
    return -1
