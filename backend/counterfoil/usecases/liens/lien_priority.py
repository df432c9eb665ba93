"""The order among the claims on an asset, here and registered elsewhere, with the reason for each place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from counterfoil.domain.external_liens.external_lien import CollateralKind, ExternalLien
from counterfoil.domain.lot import ASSET_KIND_BILL, ASSET_KIND_LOT, ASSET_KIND_RECEIPT, AssetId
from counterfoil.domain.priority import Claim, ClaimKind, Ranking, rank
from counterfoil.domain.state.lien_state import blocked_as
from counterfoil.ports.external_liens import MatchState
from counterfoil.usecases.goods_resolving import AssetRef, asset_text, find_asset
from counterfoil.usecases.liens.lien_history import LienSheet, lien_history
from counterfoil.usecases.workbench import Workbench

_KINDS = {
    ASSET_KIND_LOT: ClaimKind.RECEIVABLE_PLEDGE,
    ASSET_KIND_RECEIPT: ClaimKind.RECEIPT_PLEDGE,
    ASSET_KIND_BILL: ClaimKind.BILL_PLEDGE,
}
# A registry that takes goods without their delivery registers a mortgage of them.
_OUTSIDE_KINDS = {
    CollateralKind.WAREHOUSE_RECEIPT: ClaimKind.RECEIPT_PLEDGE,
    CollateralKind.BILL_OF_LADING: ClaimKind.BILL_PLEDGE,
}
_LEAST_CLAIM_MINOR = 1
"""Stands for an amount that nobody stated: the place depends on times, not on the amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrioritySheet:
    """The ranking. holders: who has the claim of a reference, and for one registered elsewhere, whether an
    arbiter has decided that it covers this asset.
    """

    asset: str
    ranking: Ranking
    holders: dict[str, str]


def lien_priority(bench: Workbench, *, asset: AssetRef, others: Sequence[Claim] = ()) -> PrioritySheet:
    """Rank the lien in force on an asset, the registrations that match it and were not dismissed, and others.

    On the ledger a receipt is endorsed, sealed in advance by its keeper and out of the pledgor's control from
    the block of its lien, and so is a bill of lading: then the right is public. Raises DomainError
    ClaimInvalid and ClaimsOnUnlikeAssets of the other claims.
    """
    asset_id = find_asset(bench, asset)
    claims, holders = list(others), {}
    for sheet in lien_history(bench, asset=asset_id):
        if sheet.ended_at is None and sheet.inherited_from is None:
            claim = _own_claim(asset_id, sheet)
            holders[claim.reference] = f"{sheet.pledgee_name} (party {sheet.lien.pledgee_id})"
            claims.append(claim)
    for lien, state in _registered_elsewhere(bench, asset_id):
        claim = _outside_claim(asset_id, lien)
        if claim.reference not in holders:
            decided = "upheld" if state is MatchState.UPHELD else "not decided yet"
            holders[claim.reference] = f"{lien.secured_party} ({claim.reference}, {decided})"
            claims.append(claim)
    return PrioritySheet(asset=asset_text(asset_id), ranking=rank(claims), holders=holders)


def _own_claim(asset_id: AssetId, sheet: LienSheet) -> Claim:
    lien = sheet.lien
    registered = datetime.fromtimestamp(lien.registered_at_s, UTC) if lien.registered_at_s else None
    return Claim(
        reference=f"{sheet.asset}#{lien.sequence}",
        kind=_KINDS[asset_id.kind],
        secured_minor=max(lien.secured_minor, _LEAST_CLAIM_MINOR),
        registered_at=registered,
        published_at=None if asset_id.kind == ASSET_KIND_LOT else sheet.placed_at,
    )


def _outside_claim(asset_id: AssetId, lien: ExternalLien) -> Claim:
    of_lot = asset_id.kind == ASSET_KIND_LOT
    return Claim(
        reference=f"{lien.registry} {lien.registration_number}",
        kind=ClaimKind.RECEIVABLE_PLEDGE
        if of_lot
        else _OUTSIDE_KINDS.get(lien.collateral_kind, ClaimKind.GOODS_MORTGAGE),
        secured_minor=_LEAST_CLAIM_MINOR if lien.secured is None else lien.secured.minor,
        registered_at=lien.registered_at,
    )


def _registered_elsewhere(bench: Workbench, asset_id: AssetId) -> list[tuple[ExternalLien, MatchState]]:
    """Registrations whose match with the asset, of a lot with any lot of its note, was not dismissed."""
    subject = blocked_as(asset_id)
    found: list[tuple[ExternalLien, MatchState]] = []
    with bench.store.begin() as work:
        for match in work.external_liens.matches():
            record = work.external_liens.by_content(match.content_key)
            if (
                record is not None
                and record.superseded_at is None
                and match.state is not MatchState.DISMISSED
                and blocked_as(AssetId.from_number(match.asset_number)) == subject
            ):
                found.append((record.lien, match.state))
    return found
