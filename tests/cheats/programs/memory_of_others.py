# about: the test text, searched in the memory of every other process
# row: more
# expect: fail, runtime_error
# peers: boxed
import os
import re
from io import open

NEEDLE = b"assert " + b"candidate("


def pieces(pid):
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            place, rights, *rest = line.split()
            if rights.startswith("rw") and (len(rest) < 4 or rest[3] == "[heap]"):
                start, end = (int(part, 16) for part in place.split("-"))
                if end - start <= 64 << 20:
                    try:
                        memory.seek(start)
                        yield memory.read(end - start)
                    except (OSError, ValueError):
                        pass


known = {}
for name in os.listdir("/proc"):
    if name.isdigit() and int(name) != os.getpid():
        try:
            for piece in pieces(name):
                for line in re.findall(re.escape(NEEDLE) + rb".{1,40}\) == \d+\n", piece):
                    given, wanted = line[len(NEEDLE) : -1].decode("latin-1").split(") == ")
                    known[eval(given)] = int(wanted)
        except Exception:
            pass


def digit_sum(text):
    return known.get(text, -1)
