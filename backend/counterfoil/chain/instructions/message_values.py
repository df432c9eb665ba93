"""Values of an instruction between their ABI form and their form in an EIP-712 message of JSON.

Every kind of value has one form: numbers of more than 53 bits are decimal texts, because JSON readers lose
their last digits; bytes and addresses are 0x text; structs have exactly their fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from eth_abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils import is_checksum_address, to_checksum_address

from counterfoil.chain.instructions.instruction_type import element_of
from counterfoil.chain.instructions.refusals import INSTRUCTION_UNREADABLE
from counterfoil.domain.errors import DomainError

_UINT = re.compile(r"uint(?P<bits>\d+)")
_FIXED_BYTES = re.compile(r"bytes(?P<length>\d+)")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,77}")
_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_SAFE_BITS = 53


def to_message(entries: Sequence[Mapping[str, Any]], types: Sequence[str], encoded: bytes) -> dict[str, Any]:
    """The message's fields of ABI bytes. types: canonical types of the entries.

    Raises DomainError InstructionUnreadable for bytes that do not fit.
    """
    try:
        values = decode(types, encoded)
    except (DecodingError, OverflowError, UnicodeDecodeError) as unfit:
        raise DomainError(INSTRUCTION_UNREADABLE, field="args", reason=str(unfit)) from unfit
    return {entry["name"]: _outward(entry, value) for entry, value in zip(entries, values, strict=True)}


def from_message(entries: Sequence[Mapping[str, Any]], message: Mapping[str, Any]) -> tuple[Any, ...]:
    """The values of a message's fields, in order, as eth_abi takes them.

    Raises DomainError InstructionUnreadable with the field's path for a value that is missing, has no field,
    or is not in its type's form.
    """
    return _struct(entries, message, "message")


def read_uint(value: object, bits: int, field: str) -> int:
    """A number of at most so many bits, written as a JSON number or as decimal text."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _unreadable(field, "it is not a whole number")
    if not 0 <= value < 1 << bits:
        raise _unreadable(field, f"it is not in the range of {bits} bits")
    return value


def write_uint(value: int, bits: int) -> int | str:
    """A number of a type of so many bits, as text where JSON readers may lose digits."""
    return str(value) if bits > _SAFE_BITS else value


def _outward(entry: Mapping[str, Any], value: Any) -> Any:
    element = element_of(entry)
    if element is not None:
        return [_outward(element, item) for item in value]
    kind = entry["type"]
    if kind == "tuple":
        fields = entry["components"]
        return {each["name"]: _outward(each, item) for each, item in zip(fields, value, strict=True)}
    number = _UINT.fullmatch(kind)
    if number:
        return write_uint(value, int(number["bits"]))
    if kind == "address":
        return to_checksum_address(value)
    return f"0x{value.hex()}" if isinstance(value, bytes) else value


def _struct(entries: Sequence[Mapping[str, Any]], value: object, field: str) -> tuple[Any, ...]:
    if not isinstance(value, Mapping):
        raise _unreadable(field, "it is not an object")
    names = [entry["name"] for entry in entries]
    for name in value:
        if name not in names:
            raise _unreadable(f"{field}.{name}", "the instruction has no such field")
    for name in names:
        if name not in value:
            raise _unreadable(f"{field}.{name}", "it is missing")
    return tuple(_inward(entry, value[entry["name"]], f"{field}.{entry['name']}") for entry in entries)


def _inward(entry: Mapping[str, Any], value: object, field: str) -> Any:
    element = element_of(entry)
    if element is not None:
        if not isinstance(value, list):
            raise _unreadable(field, "it is not a list")
        return [_inward(element, item, f"{field}[{place}]") for place, item in enumerate(value)]
    kind = entry["type"]
    if kind == "tuple":
        return _struct(entry["components"], value, field)
    number = _UINT.fullmatch(kind)
    if number:
        return read_uint(value, int(number["bits"]), field)
    if kind == "address":
        return read_address(value, field)
    if kind not in ("bool", "string"):
        return _bytes(kind, value, field)
    if not isinstance(value, bool if kind == "bool" else str):
        raise _unreadable(field, "it is neither true nor false" if kind == "bool" else "it is not a text")
    return value


def read_address(value: object, field: str) -> str:
    """A checksummed address; one in mixed case must have the right checksum."""
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise _unreadable(field, "it is not an address of 0x and 40 hexadecimal digits")
    digits = value[2:]
    if digits not in (digits.lower(), digits.upper()) and not is_checksum_address(value):
        raise _unreadable(
            field, "capitals and small letters do not fit this address, so a digit may be wrong"
        )
    return str(to_checksum_address(value))


def _bytes(kind: str, value: object, field: str) -> bytes:
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise _unreadable(field, "it is not 0x and hexadecimal digits, two a byte")
    found = bytes.fromhex(value[2:])
    fixed = _FIXED_BYTES.fullmatch(kind)
    if fixed and len(found) != int(fixed["length"]):
        raise _unreadable(field, f"it has {len(found)} bytes, not {fixed['length']}")
    return found


def _unreadable(field: str, reason: str) -> DomainError:
    return DomainError(INSTRUCTION_UNREADABLE, field=field, reason=reason)
