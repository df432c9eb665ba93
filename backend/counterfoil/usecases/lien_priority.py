"""The order among the claims on an asset, with the rule and the reason for each place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from counterfoil.domain.lot import ASSET_KIND_BILL, ASSET_KIND_LOT, ASSET_KIND_RECEIPT
from counterfoil.domain.priority import Claim, ClaimKind, Ranking, rank
from counterfoil.usecases.goods_resolving import AssetRef, asset_text, find_asset
from counterfoil.usecases.lien_history import lien_history
from counterfoil.usecases.workbench import Workbench

_KINDS = {
    ASSET_KIND_LOT: ClaimKind.RECEIVABLE_PLEDGE,
    ASSET_KIND_RECEIPT: ClaimKind.RECEIPT_PLEDGE,
    ASSET_KIND_BILL: ClaimKind.BILL_PLEDGE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrioritySheet:
    """The ranking. holders: who has the claim of a reference, where the ledger says so."""

    asset: str
    ranking: Ranking
    holders: dict[str, str]


def lien_priority(bench: Workbench, *, asset: AssetRef, others: Sequence[Claim] = ()) -> PrioritySheet:
    """Rank the lien in force on an asset among `others`: claims known from elsewhere.

    On the ledger a receipt is endorsed, sealed in advance by its keeper and out of the pledgor's control from
    the block of its lien, and so is a bill of lading: then the right is public. Raises DomainError
    ClaimInvalid and ClaimsOnUnlikeAssets of the other claims.
    """
    asset_id = find_asset(bench, asset)
    claims, holders = list(others), {}
    for sheet in lien_history(bench, asset=asset_id):
        lien = sheet.lien
        if sheet.ended_at is not None or sheet.inherited_from is not None:
            continue
        reference = f"{sheet.asset}#{lien.sequence}"
        holders[reference] = f"{sheet.pledgee_name} (party {lien.pledgee_id})"
        claims.append(
            Claim(
                reference=reference,
                kind=_KINDS[asset_id.kind],
                secured_minor=max(lien.secured_minor, 1),
                registered_at=datetime.fromtimestamp(lien.registered_at_s, UTC)
                if lien.registered_at_s
                else None,
                published_at=None if asset_id.kind == ASSET_KIND_LOT else sheet.placed_at,
            )
        )
    return PrioritySheet(asset=asset_text(asset_id), ranking=rank(claims), holders=holders)
