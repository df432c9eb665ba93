"""Events of the lien registry; counterfoil.domain.events says how to read them."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.events import LedgerEvent
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
