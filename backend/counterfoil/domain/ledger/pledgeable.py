"""What assets other than lots offer to liens, and ask of them (contracts/interfaces/IPledgeable.sol).

The lien registry alone keeps whether such an asset is pledged; the asset's own rules ask it before anything
moves, so that no second copy of the fact can disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from counterfoil.domain.goods.receipt_terms import Part
from counterfoil.domain.ledger.book import Call
from counterfoil.domain.lot import AssetId


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A keeper's consent to one act. sealed_by: the address that signed just this act, None where nobody did.

    deadline_s: the last second in which it serves.
    """

    deadline_s: int
    sealed_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptCut:
    """How a pledged receipt is divided: the part that becomes free, sealed as a split into that one part."""

    part: Part
    remainder_root: bytes
    seal: Seal


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What an asset gives title to. quantity: in units of 10 to the minus `decimals` of the good's unit.

    sound: it is issued, and where its goods were counted the count covers all receipts over them. What is not
    sound bears no debt, whatever its goods would be worth.
    """

    good: bytes
    quantity: int
    decimals: int
    sound: bool


class Pledgeable(Protocol):
    """Receipts and bills, as liens see them. Who may call is answered for by the caller."""

    def require_pledgeable(self, call: Call, asset_id: AssetId, pledgor_id: int) -> None:
        """Refuse with the reason where the asset may not be pledged by this party; says nothing of liens."""

    def divide(self, call: Call, asset_id: AssetId, how: ReceiptCut) -> AssetId:
        """Cut a part off a pledged asset; the part is free, the rest stays under its lien and its number."""
        ...

    def transfer_enforced(self, call: Call, asset_id: AssetId, to_id: int) -> None:
        """Move an asset whose lien is enforced."""

    def holder_of(self, asset_id: AssetId) -> int:
        """The party that holds the asset, whatever its state. Refuses with AssetUnknown."""
        ...

    def goods_of(self, asset_id: AssetId) -> Goods:
        """What the asset gives title to. Refuses with AssetUnknown."""
        ...


class Encumbrances(Protocol):
    """The lien registry, as receipts and bills see it."""

    def encumbrance(self, asset_id: AssetId) -> tuple[bool, bool]:
        """Whether a lien on the asset is in force, and whether a block on it is open."""
        ...
