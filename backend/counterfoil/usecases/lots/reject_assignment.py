"""Refuse a lot that was offered; it goes back to its assignor."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import LotRef, PartyRef, find_lot
from counterfoil.usecases.workbench import Outcome, Workbench


def reject_assignment(bench: Workbench, *, actor: PartyRef, lot: LotRef) -> Outcome:
    """Refuse an offered lot as the party that it was offered to."""
    acting = actor_of(bench, actor)
    lot_id = find_lot(bench, lot).lot_id
    receipt = carry_out(
        bench, "reject_assignment", lambda: bench.ledger.reject_assignment(by=acting.key, lot_id=lot_id)
    )
    return Outcome(operation="reject_assignment", receipts=(receipt,))
