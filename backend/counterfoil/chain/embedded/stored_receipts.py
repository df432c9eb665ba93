"""Receipts as the store has them, read without py-evm's general decoding.

That builds an object for each field of each log and checks it, which for a block of a thousand events takes
longer than all the rest of answering for it. py-evm wrote these bytes, and their checksum is verified
when they are read.
"""

from __future__ import annotations

from dataclasses import dataclass

from eth.abc import ReceiptDecoderAPI

_SHORT_TEXT, _LONG_TEXT, _SHORT_LIST, _LONG_LIST = 0x80, 0xB8, 0xC0, 0xF8
_LAST_TYPE = 0x7F


@dataclass(frozen=True, slots=True)
class StoredLog:
    """One log. topics: 32 bytes each."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """What a receipt says. gas_used: of the block up to and with this transaction."""

    succeeded: bool
    gas_used: int
    bloom: int
    logs: tuple[StoredLog, ...]


class StoredReceiptDecoder(ReceiptDecoderAPI):
    """Where py-evm wants to be told how receipts are decoded."""

    @classmethod
    def decode(cls, encoded: bytes) -> StoredReceipt:  # type: ignore[override] # a receipt of our own, see above
        """From the consensus encoding, of any transaction type; raises ValueError for anything else."""
        start = 1 if encoded and encoded[0] <= _LAST_TYPE else 0
        try:
            (whole,) = _items(encoded, start, len(encoded))
            status, gas_used, bloom, logs = _items(encoded, *whole)
            return StoredReceipt(
                succeeded=encoded[slice(*status)] == b"\x01",
                gas_used=int.from_bytes(encoded[slice(*gas_used)]),
                bloom=int.from_bytes(encoded[slice(*bloom)]),
                logs=tuple(_log(encoded, *place) for place in _items(encoded, *logs)),
            )
        except IndexError as short:
            raise ValueError("a receipt that ends too early") from short


def _log(encoded: bytes, start: int, end: int) -> StoredLog:
    address, topics, data = _items(encoded, start, end)
    return StoredLog(
        encoded[slice(*address)],
        tuple(encoded[slice(*topic)] for topic in _items(encoded, *topics)),
        encoded[slice(*data)],
    )


def _items(encoded: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """Where the contents of the RLP items between two places lie."""
    found = []
    while start < end:
        prefix = encoded[start]
        if prefix < _SHORT_TEXT:
            found.append((start, start + 1))
            start += 1
            continue
        start += 1
        if prefix < _LONG_TEXT:
            length = prefix - _SHORT_TEXT
        elif _SHORT_LIST <= prefix < _LONG_LIST:
            length = prefix - _SHORT_LIST
        else:
            digits = prefix - (_LONG_TEXT if prefix < _SHORT_LIST else _LONG_LIST) + 1
            length = int.from_bytes(encoded[start : start + digits])
            start += digits
        if start + length > end:
            raise ValueError("an item that is longer than what it stands in")
        found.append((start, start + length))
        start += length
    return found
