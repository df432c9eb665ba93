"""Liens over every kind of asset, and facilities over pools of them, in the domain's words.

As in counterfoil.ports.ledger: a command is signed by `by`, waits for its block and returns the transaction's
receipt. Amounts are minor units, times seconds since 1970 UTC, hashes 32 bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from counterfoil.domain.events.facility_events import FacilityTerms
from counterfoil.domain.goods.receipt_terms import Part, SignedSeal
from counterfoil.domain.lot import AssetId
from counterfoil.ports.engine import Receipt, Signer


class LienCommands(Protocol):
    """The one lien registry."""

    def pledge_asset(
        self,
        *,
        by: Signer,
        asset_id: AssetId,
        pledgee_id: int,
        secured_minor: int,
        registered_at_s: int,
        agreement_hash: bytes,
        registration_hash: bytes,
    ) -> Receipt: ...
    def release_lien(self, *, by: Signer, asset_id: AssetId, reason_hash: bytes) -> Receipt: ...
    def release_part_of_lot(
        self, *, by: Signer, asset_id: AssetId, kept_minor: int, reason_hash: bytes
    ) -> Receipt: ...
    def release_part_of_receipt(
        self,
        *,
        by: Signer,
        asset_id: AssetId,
        part: Part,
        remainder_root: bytes,
        seal: SignedSeal,
        reason_hash: bytes,
    ) -> Receipt: ...
    def propose_substitute(self, *, by: Signer, asset_id: AssetId, replacement_id: AssetId) -> Receipt: ...
    def accept_substitute(
        self,
        *,
        by: Signer,
        asset_id: AssetId,
        replacement_id: AssetId,
        registered_at_s: int,
        agreement_hash: bytes,
        registration_hash: bytes,
    ) -> Receipt: ...
    def transfer_pledge(
        self,
        *,
        by: Signer,
        asset_id: AssetId,
        pledgee_id: int,
        registered_at_s: int,
        agreement_hash: bytes,
        registration_hash: bytes,
    ) -> Receipt: ...
    def enforce_by_order(
        self, *, by: Signer, asset_id: AssetId, to_id: int, order_hash: bytes
    ) -> Receipt: ...
    def block_asset(self, *, by: Signer, asset_id: AssetId, match_hash: bytes) -> Receipt: ...
    def resolve_block(
        self, *, by: Signer, asset_id: AssetId, match_hash: bytes, upheld: bool, reason_hash: bytes
    ) -> Receipt: ...


class FacilityCommands(Protocol):
    """A loan over a pool. What the contract's own collect does is a settlement's business, not a caller's."""

    def offer_facility(self, *, by: Signer, terms: FacilityTerms) -> Receipt: ...
    def withdraw_facility(self, *, by: Signer, facility_id: int) -> Receipt: ...
    def accept_facility(self, *, by: Signer, facility_id: int, terms: FacilityTerms) -> Receipt: ...
    def add_asset(self, *, by: Signer, facility_id: int, asset_id: AssetId) -> Receipt: ...
    def substitute_asset(
        self, *, by: Signer, facility_id: int, asset_id: AssetId, replacement_id: AssetId
    ) -> Receipt: ...
    def withdraw_asset(self, *, by: Signer, facility_id: int, asset_id: AssetId) -> Receipt: ...
    def repay_facility(self, *, by: Signer, facility_id: int, amount_minor: int | None) -> Receipt: ...
    def call_margin(self, *, by: Signer, facility_id: int) -> Receipt: ...
    def lift_margin_call(self, *, by: Signer, facility_id: int) -> Receipt: ...
    def mark_facility_defaulted(self, *, by: Signer, facility_id: int) -> Receipt: ...
    def take_asset(self, *, by: Signer, facility_id: int, asset_id: AssetId, price_minor: int) -> Receipt: ...
    def offer_sale(
        self,
        *,
        by: Signer,
        facility_id: int,
        asset_id: AssetId,
        buyer_id: int,
        price_minor: int,
        expires_at_s: int,
    ) -> Receipt: ...
    def buy_asset(self, *, by: Signer, facility_id: int, asset_id: AssetId) -> Receipt: ...
    def offer_claim(
        self,
        *,
        by: Signer,
        facility_id: int,
        to_id: int,
        price_minor: int,
        expires_at_s: int,
        agreement_hash: bytes,
    ) -> Receipt: ...
    def take_claim(self, *, by: Signer, facility_id: int) -> Receipt: ...


class FacilityViews(Protocol):
    """The contracts' own answers, as in counterfoil.ports.ledger.LedgerViews."""

    def lien_view(self, asset_id: AssetId, *, block: int) -> Mapping[str, Any]: ...
    def encumbrance_view(self, asset_id: AssetId, *, block: int) -> tuple[bool, bool]:
        """Whether a lien is active on the asset, and whether a block is open."""
        ...

    def block_view(self, asset_id: AssetId, match_hash: bytes, *, block: int) -> bool:
        """Whether the match blocks the asset."""
        ...

    def facility_view(self, facility_id: int, *, block: int) -> Mapping[str, Any]: ...
    def facility_assets_view(self, facility_id: int, *, block: int) -> tuple[AssetId, ...]: ...
    def valuation_view(self, facility_id: int, *, block: int) -> Mapping[str, Any]: ...


class FacilityPort(LienCommands, FacilityCommands, FacilityViews, Protocol):
    """All of it."""
