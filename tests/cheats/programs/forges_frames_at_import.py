# about: the same while the program is loaded, then it leaves
# row: more
# expect: fail, runtime_error
# peers: boxed
import json
import os
import struct

bodies = [
    b"3",
    b"{}",
    json.dumps({"outcome": "pass", "passed": 6, "executed": 6, "value": 3}).encode(),
    json.dumps([["a", "pass", "", "", "", ""]] * 6).encode(),
]
for number in range(3, 64):
    for body in bodies:
        for op in (*range(1, 9), *range(20, 26), *range(30, 50)):
            try:
                os.write(number, struct.pack("!BII", op, 0, len(body)) + body)
            except OSError:
                break
os._exit(0)
