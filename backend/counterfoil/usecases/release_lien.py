"""Give a lien up, as its pledgee; the lot is free again."""

from __future__ import annotations

from counterfoil.domain.errors import DomainError
from counterfoil.domain.lot import AssetId
from counterfoil.domain.states import LienState
from counterfoil.store_port import DocumentKind
from counterfoil.usecases import refusals
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import LotRef, PartyRef, find_lot, lot_text, required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def release_lien(bench: Workbench, *, actor: PartyRef, lot: LotRef, reason: str) -> Outcome:
    """Release the lien on a lot. reason: kept here, its hash on the ledger."""
    acting = actor_of(bench, actor)
    lot_id = find_lot(bench, lot).lot_id
    asset_id = AssetId.of_lot(lot_id)
    lien = bench.read_model.state.lien_of(asset_id)
    if lien is None or lien.state is not LienState.ACTIVE:
        raise DomainError(refusals.LIEN_NOT_FOUND, lot=lot_text(lot_id))
    stated = required_text(reason, field="reason")
    reason_hash = keep_wording(bench, DocumentKind.REASON, {"lot": lot_id.number, "reason": stated})
    receipt = carry_out(
        bench,
        "release_lien",
        lambda: bench.ledger.release_lien(by=acting.key, asset_id=asset_id, reason_hash=reason_hash),
    )
    return Outcome(operation="release_lien", receipts=(receipt,))
