"""Give a lien up, as its pledgee; the asset is free again."""

from __future__ import annotations

from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import AssetRef, active_lien, asset_text, find_asset
from counterfoil.usecases.resolving import PartyRef, required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def release_lien(bench: Workbench, *, actor: PartyRef, asset: AssetRef, reason: str) -> Outcome:
    """Release the lien on a lot, receipt or bill. reason: kept here, its hash on the ledger."""
    acting = actor_of(bench, actor)
    asset_id = find_asset(bench, asset)
    active_lien(bench, asset_id)
    stated = required_text(reason, field="reason")
    reason_hash = keep_wording(bench, DocumentKind.REASON, {"asset": asset_text(asset_id), "reason": stated})
    receipt = carry_out(
        bench,
        "release_lien",
        lambda: bench.ledger.release_lien(by=acting.key, asset_id=asset_id, reason_hash=reason_hash),
    )
    return Outcome(operation="release_lien", receipts=(receipt,))
