"""The order among the claims on an asset, here and registered elsewhere, with the reason for each place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from counterfoil.domain.external_liens.external_lien import CollateralKind, ExternalLien
from counterfoil.domain.lot import ASSET_KIND_BILL, ASSET_KIND_LOT, ASSET_KIND_RECEIPT, AssetId
from counterfoil.domain.lot_title import MOVES_OF_TITLE, lot_title
from counterfoil.domain.priority import Claim, ClaimKind, Ranking, rank
from counterfoil.domain.state.lien_state import blocked_as
from counterfoil.domain.states import LotState
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
_ENDED = frozenset({LotState.SPLIT, LotState.SETTLED})
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

    Who holds a lot by assignment or sale claims it too: a lien elsewhere, of somebody who held it before, may
    go first. The debtor had notice of that from its acknowledgement on; the ledger registers no assignment.

    On the ledger a receipt is endorsed, sealed in advance by its keeper and out of the pledgor's control from
    the block of its lien, and so is a bill of lading: then the right is public. Raises DomainError
    ClaimInvalid and ClaimsOnUnlikeAssets of the other claims.
    """
    asset_id = find_asset(bench, asset)
    claims, holders = list(others), {}
    for claim, holder in _title_of_holder(bench, asset_id):
        holders[claim.reference] = holder
        claims.append(claim)
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


def _title_of_holder(bench: Workbench, asset_id: AssetId) -> list[tuple[Claim, str]]:
    """The claim of a lot's holder and who that is; none where the lot has ended or is the creditor's own."""
    state = bench.read_model.state
    if asset_id.kind != ASSET_KIND_LOT or state.lots[asset_id.lot_id].state in _ENDED:
        return []
    history = bench.read_model.history(*MOVES_OF_TITLE)
    title = lot_title(history, state, lot_id=asset_id.lot_id)
    if not title.acquired:
        return []
    claim = Claim(
        reference=asset_text(asset_id),
        kind=ClaimKind.FACTORING if title.purchased else ClaimKind.ASSIGNMENT,
        secured_minor=state.lots[asset_id.lot_id].length_minor,
        notified_at=title.notified_at,
    )
    with bench.store.begin() as work:
        party = work.parties.by_id(title.holder_id)
    name = "" if party is None else party.name
    return [(claim, f"{name} (party {title.holder_id}), who holds it")]


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
