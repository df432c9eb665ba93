"""Events of the lien registry; counterfoil.domain.events.ledger_events says how to read them."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.events.ledger_events import LedgerEvent
from counterfoil.domain.lot import AssetId


@dataclass(frozen=True, slots=True, kw_only=True)
class LienPlaced(LedgerEvent):
    """A pledge put a lien on an asset. financing_id None: the claim lies outside the ledger."""

    asset_id: AssetId
    sequence: int
    pledgee_id: int
    pledgor_id: int
    secured_minor: int
    financing_id: int | None
    registered_at_s: int
    agreement_hash: bytes
    registration_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LienReleased(LedgerEvent):
    """The pledgee gave the lien up."""

    asset_id: AssetId
    sequence: int
    reason_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LienCollected(LedgerEvent):
    """A settlement paid the pledgee; secured_minor: what its claim may still take."""

    asset_id: AssetId
    sequence: int
    paid_minor: int
    secured_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LienDischarged(LedgerEvent):
    """The claim is paid or the asset has ended."""

    asset_id: AssetId
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LienDivided(LedgerEvent):
    """The pledgee gave a part free. kept_id: the asset itself, or the part of a lot, under its first lien."""

    asset_id: AssetId
    sequence: int
    kept_id: AssetId
    freed_id: AssetId
    reason_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LienTransferred(LedgerEvent):
    """The secured claim went to another funder, and the lien with it."""

    asset_id: AssetId
    sequence: int
    pledgee_id: int
    registered_at_s: int
    agreement_hash: bytes
    registration_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LienEnforced(LedgerEvent):
    """The lien ended by giving the asset to whom it was sold or awarded."""

    asset_id: AssetId
    sequence: int
    to_id: int
    reason_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SubstituteProposed(LedgerEvent):
    """The pledgor offers another asset in place of a pledged one."""

    asset_id: AssetId
    replacement_id: AssetId
    pledgor_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubstituteAccepted(LedgerEvent):
    """The pledgee took the replacement; comes between its LienPlaced and the LienReleased of the asset."""

    asset_id: AssetId
    replacement_id: AssetId


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPlaced(LedgerEvent):
    """A lien registered elsewhere seems to cover the asset; of a lot, its note's root stands for the note."""

    asset_id: AssetId
    match_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockResolved(LedgerEvent):
    """The block is lifted; or upheld, because the other lien is real, and then it stays."""

    asset_id: AssetId
    match_hash: bytes
    upheld: bool
    reason_hash: bytes
