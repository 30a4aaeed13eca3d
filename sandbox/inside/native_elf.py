"""The functions that a linked program has, by name.

One called `memcmp` takes the place of the C library's, also in the code that compares results.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import struct
from collections.abc import Iterator

_SYMTAB = 2
_FUNCTIONS = (0, 2, 10)  # no type (from assembly), function, indirect function
_MANGLED = ("_Z", "_R", "__rust", "rust_", "__rdl", "__rg", "DW.ref.")
# In every program: of the C runtime's start files and the linker.
_USUAL = frozenset(
    "main _start _init _fini _dl_relocate_static_pie __data_start data_start _edata _end edata end"
    " __bss_start __bss_start__ __bss_end__ _bss_end__ __end__ _fp_hw __libc_csu_init"
    " __libc_csu_fini __TMC_END__ __dso_handle etext _etext __etext".split()
)


def replaced(path: str, strict: bool) -> list[str]:
    """Names of the C library's that the program defines; strict: any C name at all."""
    names = sorted({name for name in _defined(path) if not name.startswith(_MANGLED)} - _USUAL)
    if strict:
        return names
    libraries = [ctypes.CDLL(None)]
    for name in ("m", "pthread"):
        try:
            libraries.append(ctypes.CDLL(f"lib{name}.so.6"))
        except OSError:
            pass
    return [name for name in names if any(hasattr(one, name) for one in libraries)]


def _defined(path: str) -> Iterator[str]:
    """Global and weak functions of a 64-bit little-endian ELF file."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:6] != b"\x7fELF\x02\x01":
        return
    (offset,) = struct.unpack_from("<Q", data, 0x28)
    size, count, _ = struct.unpack_from("<HHH", data, 0x3A)
    sections = [
        struct.unpack_from("<IIQQQQIIQQ", data, offset + index * size) for index in range(count)
    ]
    for section in sections:
        if section[1] != _SYMTAB:
            continue
        start, length = section[4], section[5]
        names = sections[section[6]][4]
        for name, info, _, index, _, _ in struct.iter_unpack(
            "<IBBHQQ", data[start : start + length]
        ):
            if index and index < 0xFF00 and info >> 4 in (1, 2, 10) and info & 15 in _FUNCTIONS:
                end = data.index(b"\0", names + name)
                yield data[names + name : end].decode(errors="replace")
