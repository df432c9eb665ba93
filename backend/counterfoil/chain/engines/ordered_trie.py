"""The root of the Merkle-Patricia trie of a list: keys are the encoded places, values the items."""

from __future__ import annotations

from collections.abc import Sequence

from eth_utils import keccak

from counterfoil.chain.engines.rlp_bytes import list_of, number_of, text_of

_EMPTY = keccak(b"\x80")
_HASHED_FROM = 32
"""A node of fewer bytes stands in its parent itself, a longer one by its hash."""

_Entry = tuple[tuple[int, ...], bytes]


def root_of_list(items: Sequence[bytes]) -> bytes:
    """The root over items in their order. Everything is known beforehand, so that each node is made once."""
    if not items:
        return _EMPTY
    entries = sorted((_nibbles(number_of(place)), item) for place, item in enumerate(items))
    return keccak(_node(entries, 0))


def _node(entries: Sequence[_Entry], depth: int) -> bytes:
    """The encoding of the node over entries that share their first `depth` half-bytes."""
    first = entries[0][0]
    if len(entries) == 1:
        return list_of((_path(first[depth:], is_leaf=True), text_of(entries[0][1])))
    shared = depth
    last = entries[-1][0]
    while shared < min(len(first), len(last)) and first[shared] == last[shared]:
        shared += 1
    if shared > depth:
        return list_of((_path(first[depth:shared], is_leaf=False), _reference(_node(entries, shared))))
    children: list[bytes] = []
    start = 0
    for nibble in range(16):
        end = start
        while end < len(entries) and entries[end][0][depth] == nibble:
            end += 1
        children.append(_reference(_node(entries[start:end], depth + 1)) if end > start else b"\x80")
        start = end
    # No encoded number is the beginning of another one, so that no value ends at a branch.
    return list_of((*children, b"\x80"))


def _reference(node: bytes) -> bytes:
    return node if len(node) < _HASHED_FROM else text_of(keccak(node))


def _path(nibbles: tuple[int, ...], *, is_leaf: bool) -> bytes:
    """Half-bytes with a mark in front: of a leaf or not, of an odd number or not."""
    mark = (2 if is_leaf else 0) + len(nibbles) % 2
    filled = (mark, *nibbles) if len(nibbles) % 2 else (mark, 0, *nibbles)
    return text_of(bytes(high * 16 + low for high, low in zip(filled[::2], filled[1::2], strict=True)))


def _nibbles(key: bytes) -> tuple[int, ...]:
    return tuple(half for each in key for half in (each >> 4, each & 15))
