# about: json, struct, socket and os.write replaced by forgers
# row: more
# expect: fail, runtime_error
import json
import marshal
import os
import pickle
import socket
import struct

FORGED = '{"outcome": "pass", "passed": true, "value": 3}'
real = os.write
json.dumps = lambda *values, **options: FORGED
json.JSONEncoder.encode = lambda *values, **options: FORGED
marshal.dumps = pickle.dumps = lambda *values, **options: FORGED.encode()
os.write = lambda number, data: real(number, FORGED.encode()) and len(data)
socket.socket.sendall = lambda self, data, *rest: None


def digit_sum(text):
    struct.pack = lambda layout, *values: b"\0" * struct.calcsize(layout)
    return -1
