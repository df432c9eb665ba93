"""Lots: sub-ranges of a note, and the numbers by which the ledger knows them."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.states import LotState
from counterfoil.domain.sub_range import SubRange

MAX_CHILDREN = 4095
MAX_SEGMENTS = 2**24 - 1
ASSET_KIND_LOT = 1
ASSET_KIND_RECEIPT = 2
ASSET_KIND_BILL = 3

_INDEX_BITS = 16
_SEGMENT_BITS = 24
_NOTE_SHIFT = _INDEX_BITS + _SEGMENT_BITS
_KIND_SHIFT = 248
_REFERENCE_BITS = {ASSET_KIND_LOT: 128, ASSET_KIND_RECEIPT: 64, ASSET_KIND_BILL: 64}


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
    """Anything that can carry a lien: a lot, a warehouse receipt or a bill of lading.

    kind: one of the ASSET_KIND constants; reference: the number of the lot, receipt or bill.
    """

    kind: int
    reference: int

    @classmethod
    def of_lot(cls, lot_id: LotId) -> AssetId:
        """The asset that a lot is."""
        return cls(ASSET_KIND_LOT, lot_id.number)

    @classmethod
    def of_receipt(cls, receipt_id: int) -> AssetId:
        """The asset that a warehouse receipt is."""
        return cls(ASSET_KIND_RECEIPT, receipt_id)

    @classmethod
    def of_bill(cls, bill_id: int) -> AssetId:
        """The asset that a bill of lading is."""
        return cls(ASSET_KIND_BILL, bill_id)

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
        """Whether the kind is known and its reference in range, so that an asset has one spelling."""
        return self.kind in _REFERENCE_BITS and self.reference < 1 << _REFERENCE_BITS[self.kind]

    @property
    def lot_id(self) -> LotId:
        """The lot that this asset is; meaningful for kind 1 only."""
        return LotId.from_number(self.reference)

    @property
    def receipt_id(self) -> int:
        """The warehouse receipt that this asset is; meaningful for kind 2 only."""
        return self.reference

    @property
    def bill_id(self) -> int:
        """The bill of lading that this asset is; meaningful for kind 3 only."""
        return self.reference


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
