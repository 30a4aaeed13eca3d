# about: answers in the judge's own format, for every call, to every descriptor
# row: more
# expect: fail, runtime_error
# peers: boxed
import json
import os
import struct


def digit_sum(text):
    bodies = [
        b"3",
        b"{}",
        json.dumps({"outcome": "pass", "passed": 6, "executed": 6, "value": 3}).encode(),
        json.dumps(["a", "a", "pass", "", "", "", ""]).encode(),
        json.dumps([[["int", 3]], [0]]).encode(),
    ]
    for number in range(3, 64):
        for body in bodies:
            for op in (*range(1, 9), *range(20, 26), *range(30, 50)):
                for call in (0, 1, 2):
                    try:
                        os.write(number, struct.pack("!BII", op, call, len(body)) + body)
                    except OSError:
                        break
    return -1
