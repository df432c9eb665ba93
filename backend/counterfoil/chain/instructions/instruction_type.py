"""One function as an EIP-712 message type, made from its ABI.

The message's fields are the function's parameters under the names of its interface, then the nonce and the
deadline. contracts/interfaces/IInstructions.sol states how a layout describes their encoding.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from eth_utils import keccak

from counterfoil.chain.abi import FunctionAbi

Fields = tuple[tuple[str, str], ...]
"""Name and EIP-712 type of each field of a struct."""

LAST_FIELDS: Fields = (("nonce", "uint256"), ("deadline", "uint40"))

_STRUCT = re.compile(r"struct (?:\w+\.)?(?P<name>\w+)")
_ARRAY_OF = re.compile(r"(?P<element>.*)\[\]$")
_LONGEST_RUN = 0x7F
BYTES, ARRAY, STATIC_STRUCT, DYNAMIC_STRUCT = 0x80, 0x81, 0x82, 0x83
"""Codes of a layout; a smaller one is a run of so many words."""


@dataclass(frozen=True, slots=True)
class InstructionType:
    """What a key signs for one function of one contract.

    structs: fields by type name, the message's own among them. layout: how the contract hashes the arguments.
    """

    name: str
    contract: str
    function: FunctionAbi
    structs: Mapping[str, Fields]
    type_hash: bytes
    layout: bytes

    @property
    def text(self) -> str:
        """The type as EIP-712 writes it; its hash is the type hash."""
        return _type_text(self.name, self.structs)


def instruction_type(name: str, contract: str, function: FunctionAbi) -> InstructionType:
    """The type of that name for a function. Raises ValueError where its parameters make no message."""
    structs: dict[str, Fields] = {}
    fields = tuple((entry["name"], _field_type(entry, structs)) for entry in function.inputs.entries)
    names = [field for field, _ in (*fields, *LAST_FIELDS)]
    if name in structs or len(set(names)) != len(names) or not all(names):
        raise ValueError(f"{contract}.{function.signature} makes no message {name}: {names}, {list(structs)}")
    structs[name] = (*fields, *LAST_FIELDS)
    return InstructionType(
        name=name,
        contract=contract,
        function=function,
        structs=MappingProxyType(structs),
        type_hash=_type_hash(name, structs),
        layout=_layout(function.inputs.entries, structs),
    )


def struct_name(entry: Mapping[str, Any]) -> str:
    """The name of the struct that a parameter or field is, or is an array of."""
    named = _STRUCT.match(entry.get("internalType", ""))
    if named is None:
        raise ValueError(f"the interface does not name the struct of {entry['name']}")
    return named["name"]


def element_of(entry: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The element of a dynamic array, None for anything else."""
    array = _ARRAY_OF.match(entry["type"])
    return None if array is None else {**entry, "type": array["element"]}


def _field_type(entry: Mapping[str, Any], structs: dict[str, Fields]) -> str:
    """The EIP-712 type of a parameter; notes down the structs that it is made of."""
    element = element_of(entry)
    if element is not None:
        return f"{_field_type(element, structs)}[]"
    if "[" in entry["type"]:
        raise ValueError(f"{entry['name']} is an array of fixed length, which layouts do not describe")
    if entry["type"] != "tuple":
        return str(entry["type"])
    name = struct_name(entry)
    fields = tuple((each["name"], _field_type(each, structs)) for each in entry["components"])
    if structs.setdefault(name, fields) != fields:
        raise ValueError(f"two structs are called {name}")
    return name


def _type_text(name: str, structs: Mapping[str, Fields]) -> str:
    met: set[str] = set()
    _meet(name, structs, met)
    ordered = [name, *sorted(met - {name})]
    return "".join(
        f"{each}({','.join(f'{kind} {field}' for field, kind in structs[each])})" for each in ordered
    )


def _meet(name: str, structs: Mapping[str, Fields], met: set[str]) -> None:
    met.add(name)
    for _, kind in structs[name]:
        base = kind.replace("[]", "")
        if base in structs and base not in met:
            _meet(base, structs, met)


def _type_hash(name: str, structs: Mapping[str, Fields]) -> bytes:
    return keccak(text=_type_text(name, structs))


def _layout(entries: Sequence[Mapping[str, Any]], structs: Mapping[str, Fields]) -> bytes:
    """The layout of parameters or fields, runs of words joined."""
    laid = b""
    words = 0
    for entry in entries:
        item = _item(entry, structs)
        if item is None:
            words += 1
            continue
        laid += _run(words) + item
        words = 0
    return laid + _run(words)


def _run(words: int) -> bytes:
    if words > _LONGEST_RUN:
        raise ValueError(f"{words} words beside each other are more than one run holds")
    return bytes([words]) if words else b""


def _item(entry: Mapping[str, Any], structs: Mapping[str, Fields]) -> bytes | None:
    """The item of a parameter, None where it is one word."""
    element = element_of(entry)
    if element is not None:
        return bytes([ARRAY]) + (_item(element, structs) or _run(1))
    if entry["type"] in ("bytes", "string"):
        return bytes([BYTES])
    if entry["type"] != "tuple":
        return None
    fields = _layout(entry["components"], structs)
    kind = DYNAMIC_STRUCT if any(map(_is_dynamic, entry["components"])) else STATIC_STRUCT
    return bytes([kind]) + _type_hash(struct_name(entry), structs) + bytes([len(fields)]) + fields


def _is_dynamic(entry: Mapping[str, Any]) -> bool:
    if entry["type"] in ("bytes", "string") or element_of(entry) is not None:
        return True
    return entry["type"] == "tuple" and any(map(_is_dynamic, entry["components"]))
