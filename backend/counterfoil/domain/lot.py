"""Lots: sub-ranges of a note, and the numbers by which the ledger knows them."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.states import LotState
from counterfoil.domain.sub_range import SubRange

MAX_CHILDREN = 4095
MAX_SEGMENTS = 2**24 - 1
ASSET_KIND_LOT = 1

_INDEX_BITS = 16
_SEGMENT_BITS = 24
_NOTE_SHIFT = _INDEX_BITS + _SEGMENT_BITS
_KIND_SHIFT = 248
_LOT_NUMBER_BITS = 128


@dataclass(frozen=True, slots=True, order=True)
class LotId:
    """A lot of a note: the segment it was cut in and its place there. Segment 0, index 0 is the root."""

    note_id: int
    segment: int
    index: int

    @classmethod
    def root(cls, note_id: int) -> LotId:
        """The undivided note."""
        return cls(note_id, 0, 0)

    @classmethod
    def from_number(cls, number: int) -> LotId:
        """The lot of the contracts' number `note << 40 | segment << 16 | index`."""
        return cls(
            number >> _NOTE_SHIFT,
            (number >> _INDEX_BITS) & (2**_SEGMENT_BITS - 1),
            number & (2**_INDEX_BITS - 1),
        )

    @property
    def number(self) -> int:
        """The contracts' number of this lot."""
        return self.note_id << _NOTE_SHIFT | self.segment << _INDEX_BITS | self.index

    @property
    def is_root(self) -> bool:
        """Whether this is the undivided note."""
        return self.segment == 0 and self.index == 0

    def __str__(self) -> str:
        return f"{self.note_id}/{self.segment}/{self.index}"


@dataclass(frozen=True, slots=True, order=True)
class AssetId:
    """Anything that can carry a lien. kind 1 is a lot, its reference the lot's number."""

    kind: int
    reference: int

    @classmethod
    def of_lot(cls, lot_id: LotId) -> AssetId:
        """The asset that a lot is."""
        return cls(ASSET_KIND_LOT, lot_id.number)

    @classmethod
    def from_number(cls, number: int) -> AssetId:
        """The asset of the contracts' number `kind << 248 | reference`."""
        return cls(number >> _KIND_SHIFT, number & (2**_KIND_SHIFT - 1))

    @property
    def number(self) -> int:
        """The contracts' number of this asset."""
        return self.kind << _KIND_SHIFT | self.reference

    @property
    def is_canonical(self) -> bool:
        """Whether a lot's asset has nothing in the bits that no lot uses: one spelling an asset."""
        return self.kind == ASSET_KIND_LOT and self.reference < 1 << _LOT_NUMBER_BITS

    @property
    def lot_id(self) -> LotId:
        """The lot that this asset is; meaningful for kind 1 only."""
        return LotId.from_number(self.reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """A lot as the ledger has it. offeree: asked to accept, None unless Offered.

    holder_id is the party that is paid, also while the lot is offered to somebody else. A split lot keeps the
    holder that cut it: the assignor of its children. paid_minor counts every payment of the debtor on it.
    """

    lot_id: LotId
    positions: SubRange
    holder_id: int
    state: LotState
    parent: LotId | None = None
    offeree_id: int | None = None
    paid_minor: int = 0

    @property
    def first(self) -> int:
        """First position, counted from 1."""
        return self.positions.first

    @property
    def last(self) -> int:
        """Last position, inclusive."""
        return self.positions.last

    @property
    def length_minor(self) -> int:
        """Amount in minor units."""
        return self.positions.length

    @property
    def unpaid_minor(self) -> int:
        """What the debtor's payments have not reached yet."""
        return self.positions.length - self.paid_minor

    @property
    def is_leaf(self) -> bool:
        """Whether the lot itself, not its children, holds its range."""
        return self.state is not LotState.SPLIT
