"""ABI bytes as values, by decoders that are put together once for each type.

eth_abi looks each type up anew for every value, which for logs costs more than all the rest of reading them.
It stays the measure: what it refuses is refused here, what it decodes comes out equal
(tests/chain/test_abi_decoding.py), and everything that is encoded goes through it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from counterfoil.chain.addresses import checksummed

_WORD = 32
_ARRAY = re.compile(r"^(?P<element>.*)\[(?P<length>\d*)\]$")
_SIZED = re.compile(r"^(?P<name>uint|int|bytes)(?P<size>\d+)$")

Read = Callable[[bytes, int], Any]
"""Reads the value whose encoding begins at an offset."""


class UndecodableError(ValueError):
    """Bytes that do not fit the types of the interface."""


@dataclass(frozen=True, slots=True)
class Decoder:
    """How one type is read. size: bytes in the head, 32 where dynamic: there stands where to find it."""

    read: Read
    size: int = _WORD
    dynamic: bool = False


def decoder_of(entry: Mapping[str, Any], name_of: Callable[[str], str]) -> Decoder:
    """The decoder of an ABI parameter. Structs become read-only mappings under the names that name_of gives.

    Raises UndecodableError for a type that contracts of ours do not use.
    """
    kind = entry["type"]
    array = _ARRAY.match(kind)
    if array:
        element = decoder_of({**entry, "type": array["element"]}, name_of)
        return _array(element, int(array["length"]) if array["length"] else None)
    if kind == "tuple":
        names = [
            name_of(each.get("name") or "") or f"arg{place}" for place, each in enumerate(entry["components"])
        ]
        return _struct(names, [decoder_of(each, name_of) for each in entry["components"]])
    simple = _SIMPLE.get(kind)
    if simple is not None:
        return simple
    sized = _SIZED.match(kind)
    if sized is None:
        raise UndecodableError(f"no decoder for the type {kind}")
    return _SIZED_DECODERS[sized["name"]](int(sized["size"]))


def sequence_reader(decoders: Sequence[Decoder]) -> Callable[[bytes, int], list[Any]]:
    """Reads values that stand side by side, as parameters, struct members and array elements do."""
    plan = [(each.read, each.size, each.dynamic) for each in decoders]

    def read(encoded: bytes, start: int) -> list[Any]:
        values = []
        offset = start
        for read_one, size, dynamic in plan:
            values.append(
                read_one(encoded, start + _number(encoded, offset)) if dynamic else read_one(encoded, offset)
            )
            offset += size
        return values

    return read


def _word(encoded: bytes, offset: int) -> bytes:
    word = encoded[offset : offset + _WORD]
    if len(word) != _WORD:
        raise UndecodableError(f"{len(encoded)} bytes are too short for a value at {offset}")
    return word


def _number(encoded: bytes, offset: int) -> int:
    return int.from_bytes(_word(encoded, offset))


def _unsigned(bits: int) -> Decoder:
    def read(encoded: bytes, offset: int) -> int:
        value = int.from_bytes(_word(encoded, offset))
        if value >> bits:
            raise UndecodableError(f"{value} is no uint{bits}")
        return value

    return Decoder(read)


def _signed(bits: int) -> Decoder:
    limit = 1 << (bits - 1)

    def read(encoded: bytes, offset: int) -> int:
        value = int.from_bytes(_word(encoded, offset), signed=True)
        if not -limit <= value < limit:
            raise UndecodableError(f"{value} is no int{bits}")
        return value

    return Decoder(read)


def _fixed_bytes(length: int) -> Decoder:
    padding = bytes(_WORD - length)

    def read(encoded: bytes, offset: int) -> bytes:
        word = _word(encoded, offset)
        if word[length:] != padding:
            raise UndecodableError(f"bytes{length} with something behind it")
        return word[:length]

    return Decoder(read)


def _read_bool(encoded: bytes, offset: int) -> bool:
    value = _number(encoded, offset)
    if value > 1:
        raise UndecodableError(f"{value} is no bool")
    return value == 1


def _read_address(encoded: bytes, offset: int) -> str:
    word = _word(encoded, offset)
    if word[:12] != bytes(12):
        raise UndecodableError("an address of more than 20 bytes")
    return checksummed(word[12:])


def _read_bytes(encoded: bytes, offset: int) -> bytes:
    length = _number(encoded, offset)
    start = offset + _WORD
    padded = -(-length // _WORD) * _WORD
    if start + padded > len(encoded):
        raise UndecodableError(f"{length} bytes at {offset} go beyond the end")
    if any(encoded[start + length : start + padded]):
        raise UndecodableError("bytes with something behind them")
    return encoded[start : start + length]


def _read_text(encoded: bytes, offset: int) -> str:
    try:
        return _read_bytes(encoded, offset).decode("utf-8")
    except UnicodeDecodeError as unfit:
        raise UndecodableError(str(unfit)) from unfit


def _array(element: Decoder, length: int | None) -> Decoder:
    read_one, size, dynamic = element.read, element.size, element.dynamic

    def read_elements(encoded: bytes, start: int, count: int) -> tuple[Any, ...]:
        # Before anything is read: a forged length must not cost more than the bytes that came with it.
        if start + count * size > len(encoded):
            raise UndecodableError(f"{count} elements at {start} go beyond the end")
        places = range(start, start + count * size, size)
        if dynamic:
            return tuple(read_one(encoded, start + _number(encoded, place)) for place in places)
        return tuple(read_one(encoded, place) for place in places)

    if length is not None:
        fixed = length

        def read_fixed(encoded: bytes, offset: int) -> tuple[Any, ...]:
            return read_elements(encoded, offset, fixed)

        return Decoder(read_fixed, _WORD if dynamic else fixed * size, dynamic)

    def read_counted(encoded: bytes, offset: int) -> tuple[Any, ...]:
        return read_elements(encoded, offset + _WORD, _number(encoded, offset))

    return Decoder(read_counted, dynamic=True)


def _struct(names: Sequence[str], members: Sequence[Decoder]) -> Decoder:
    read_members = sequence_reader(members)

    def read(encoded: bytes, offset: int) -> Mapping[str, Any]:
        return MappingProxyType(dict(zip(names, read_members(encoded, offset), strict=True)))

    dynamic = any(each.dynamic for each in members)
    return Decoder(read, _WORD if dynamic else sum(each.size for each in members), dynamic)


_SIMPLE = {
    "bool": Decoder(_read_bool),
    "address": Decoder(_read_address),
    "bytes": Decoder(_read_bytes, dynamic=True),
    "string": Decoder(_read_text, dynamic=True),
}
_SIZED_DECODERS: Mapping[str, Callable[[int], Decoder]] = {
    "uint": _unsigned,
    "int": _signed,
    "bytes": _fixed_bytes,
}
