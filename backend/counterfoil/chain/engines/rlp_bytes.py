"""RLP, the encoding of headers and receipts, straight from bytes to bytes.

The rlp package walks over a tree of Python objects; a block of some thousand logs took it ten times as long.
Tests hold this to that package.
"""

from __future__ import annotations

from collections.abc import Iterable


def text_of(content: bytes) -> bytes:
    """The encoding of a byte string."""
    size = len(content)
    if size == 1 and content[0] < 0x80:
        return content
    if size < 56:
        return bytes((0x80 + size,)) + content
    return _long(0xB7, size) + content


def list_of(encoded: Iterable[bytes]) -> bytes:
    """The encoding of a list of what is encoded already."""
    content = b"".join(encoded)
    size = len(content)
    if size < 56:
        return bytes((0xC0 + size,)) + content
    return _long(0xF7, size) + content


def number_of(value: int) -> bytes:
    """The encoding of a number of at least 0: no leading zero bytes, so that 0 is the empty string."""
    return text_of(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _long(base: int, size: int) -> bytes:
    width = (size.bit_length() + 7) // 8
    return bytes((base + width,)) + size.to_bytes(width, "big")
