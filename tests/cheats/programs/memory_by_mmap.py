# about: takes memory past the allocator, by mmap
# row: more
# expect: resource_limit, runtime_error
# peers: boxed
import mmap


def digit_sum(text):
    kept = []
    for _ in range(64):
        block = mmap.mmap(-1, 256 << 20)
        for place in range(0, len(block), 4096):
            block[place] = 1
        kept.append(block)
    return -1
