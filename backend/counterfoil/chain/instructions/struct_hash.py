"""EIP-712's hash of a message straight from its ABI-encoded arguments.

The way of contracts/types/TypedArguments.sol: a type's layout says which words are values and which lead to
dynamic parts. A tenth of the cost of building the message as JSON and hashing that, which is what signers
elsewhere do; tests hold the two against each other for every type.
"""

from __future__ import annotations

from functools import lru_cache

from eth_utils import keccak

from counterfoil.chain.instructions.instruction_type import (
    ARRAY,
    BYTES,
    DYNAMIC_STRUCT,
    STATIC_STRUCT,
    InstructionType,
)

_WORD = 32
# A struct's code, type hash and length stand before its fields.
_STRUCT_HEAD = 34
_DOMAIN_TYPE_HASH = keccak(
    text="EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)


def message_hash(kind: InstructionType, encoded_args: bytes, *, nonce: int, deadline_s: int) -> bytes:
    """hashStruct of the message of a type. encoded_args: as FunctionAbi encodes them, in standard form."""
    fields = _fields(kind.layout, 0, len(kind.layout), encoded_args, 0)
    return keccak(kind.type_hash + fields + nonce.to_bytes(_WORD, "big") + deadline_s.to_bytes(_WORD, "big"))


@lru_cache(maxsize=16)
def domain_hash(name: str, version: str, chain_id: int, contract: str) -> bytes:
    """hashStruct of the domain. contract: checksummed address."""
    return keccak(
        _DOMAIN_TYPE_HASH
        + keccak(text=name)
        + keccak(text=version)
        + chain_id.to_bytes(_WORD, "big")
        + bytes(12)
        + bytes.fromhex(contract[2:])
    )


def _fields(layout: bytes, item: int, last: int, encoded: bytes, base: int) -> bytes:
    """The encoded values of the items layout[item:last] of a tuple that begins at `base`."""
    parts = []
    head = base
    while item < last:
        code = layout[item]
        if code < BYTES:
            parts.append(encoded[head : head + code * _WORD])
        elif code == STATIC_STRUCT:
            parts.append(_struct(layout, item, encoded, head))
        else:
            parts.append(_dynamic(layout, item, encoded, base + _number(encoded, head)))
        head += _size(layout, item)
        item = _after(layout, item)
    return b"".join(parts)


def _struct(layout: bytes, item: int, encoded: bytes, base: int) -> bytes:
    type_hash = layout[item + 1 : item + 1 + _WORD]
    return keccak(type_hash + _fields(layout, item + _STRUCT_HEAD, _after(layout, item), encoded, base))


def _dynamic(layout: bytes, item: int, encoded: bytes, place: int) -> bytes:
    code = layout[item]
    if code == DYNAMIC_STRUCT:
        return _struct(layout, item, encoded, place)
    count, start = _number(encoded, place), place + _WORD
    if code == BYTES:
        return keccak(encoded[start : start + count])
    return _array(layout, item + 1, encoded, start, count)


def _array(layout: bytes, item: int, encoded: bytes, start: int, count: int) -> bytes:
    size, code = _size(layout, item), layout[item]
    if code < BYTES:
        return keccak(encoded[start : start + count * size])
    places = range(start, start + count * size, size)
    if code == STATIC_STRUCT:
        return keccak(b"".join(_struct(layout, item, encoded, place) for place in places))
    heads = (start + _number(encoded, place) for place in places)
    return keccak(b"".join(_dynamic(layout, item, encoded, place) for place in heads))


def _after(layout: bytes, item: int) -> int:
    """Where the next item begins."""
    code = layout[item]
    if code == ARRAY:
        return _after(layout, item + 1)
    if code in (STATIC_STRUCT, DYNAMIC_STRUCT):
        return item + _STRUCT_HEAD + layout[item + _STRUCT_HEAD - 1]
    return item + 1


def _size(layout: bytes, item: int) -> int:
    """Bytes of its head."""
    code = layout[item]
    if code < BYTES:
        return code * _WORD
    if code != STATIC_STRUCT:
        return _WORD
    size, inner, last = 0, item + _STRUCT_HEAD, _after(layout, item)
    while inner < last:
        size += _size(layout, inner)
        inner = _after(layout, inner)
    return size


def _number(encoded: bytes, place: int) -> int:
    return int.from_bytes(encoded[place : place + _WORD], "big")
