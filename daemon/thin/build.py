"""Which build of synthd this is: a daemon is shared only by clients of the very same files.

Neither version nor commit would do: an editable install changes without either.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from hashlib import sha256

LAYERS = ("daemon", "lsp", "synth", "sandbox")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
SHORT = 12  # characters of it in file names


def identity(root: str = ROOT) -> str:
    """In hexadecimal; reads names, sizes and times, never contents. Takes milliseconds."""
    # The real path: python and python3 of one virtual environment are the same.
    interpreter = os.path.realpath(sys.executable)
    digest = sha256(f"{interpreter}\0{sys.prefix}\0{sys.version}\0".encode())
    for layer in LAYERS:
        for line in sorted(_sources(os.path.join(root, layer))):
            digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _sources(folder: str) -> Iterator[str]:
    folders = [folder]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    found = entry.stat()
                    yield f"{entry.path}\0{found.st_size}\0{found.st_mtime_ns}\n"
                elif entry.is_dir() and entry.name != "__pycache__":
                    folders.append(entry.path)
