def check(candidate):
    assert candidate("ä", "utf-8") == b"\xc3\xa4"
    assert candidate("ä", "latin-1") == b"\xe4"
    assert candidate("", "utf-8") == b""
    assert candidate("\0a", "utf-16-le") == b"\x00\x00a\x00"
    assert candidate("a", "utf-8") != "a"
    assert isinstance(candidate("a", "utf-8"), (bytes, bytearray, memoryview))
