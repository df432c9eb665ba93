"""What parties state when they cut, join and move warehouse receipts, and what a keeper seals.

Keys and roots are 32 bytes, times seconds since 1970 UTC; contracts/interfaces/IReceipts.sol has the shapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from eth_abi import encode
from eth_utils import keccak

NOBODY = 0
_PARTS = ("(bytes32,bytes32[])[]", "bytes32")
_SOURCES = ("(uint64,bytes32[])[]", "bytes32")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a split cuts off. lots: keys of some of the receipt's lots, whole."""

    detail_root: bytes
    lots: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A receipt that goes into another one. lots: keys of all its lots."""

    receipt_id: int
    lots: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedSeal:
    """A keeper's signature as the holder hands it in. deadline_s: the last second in which it serves."""

    deadline_s: int
    signature: bytes


class SealAct(StrEnum):
    """What a seal is for, in the words that are signed."""

    TRANSFER = "transfer"
    SPLIT = "split"
    MERGE = "merge"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeeperSeal:
    """What the keeper signs. sequence: the receipt's own, of now, so that the seal serves once.

    to_id: the transferee, nobody for split and merge. terms: what else is agreed, as one hash.
    """

    act: SealAct
    receipt_id: int
    sequence: int
    to_id: int
    terms: bytes
    deadline_s: int

    @classmethod
    def for_transfer(
        cls, *, receipt_id: int, sequence: int, to_id: int, background: bytes, deadline_s: int
    ) -> Self:
        """Title goes to `to_id` on the stated trade background."""
        return cls(
            act=SealAct.TRANSFER,
            receipt_id=receipt_id,
            sequence=sequence,
            to_id=to_id,
            terms=background,
            deadline_s=deadline_s,
        )

    @classmethod
    def for_split(
        cls,
        *,
        receipt_id: int,
        sequence: int,
        parts: Sequence[Part],
        remainder_root: bytes,
        deadline_s: int,
    ) -> Self:
        """Just these parts are cut off, and the rest has this root."""
        return cls(
            act=SealAct.SPLIT,
            receipt_id=receipt_id,
            sequence=sequence,
            to_id=NOBODY,
            terms=split_terms(parts, remainder_root),
            deadline_s=deadline_s,
        )

    @classmethod
    def for_merge(
        cls,
        *,
        receipt_id: int,
        sequence: int,
        sources: Sequence[Source],
        detail_root: bytes,
        deadline_s: int,
    ) -> Self:
        """Just these receipts go into `receipt_id`, which has this root from then on."""
        return cls(
            act=SealAct.MERGE,
            receipt_id=receipt_id,
            sequence=sequence,
            to_id=NOBODY,
            terms=merge_terms(sources, detail_root),
            deadline_s=deadline_s,
        )


def split_terms(parts: Sequence[Part], remainder_root: bytes) -> bytes:
    """keccak256 of the parts and the rest's root in the contracts' encoding."""
    return keccak(encode(_PARTS, [[(part.detail_root, part.lots) for part in parts], remainder_root]))


def merge_terms(sources: Sequence[Source], detail_root: bytes) -> bytes:
    """keccak256 of the sources and the new root in the contracts' encoding."""
    return keccak(encode(_SOURCES, [[(each.receipt_id, each.lots) for each in sources], detail_root]))
