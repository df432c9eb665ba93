"""Record, as the debtor, that the holder of a lot is known."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import LotRef, PartyRef, find_lot
from counterfoil.usecases.workbench import Outcome, Workbench


def acknowledge_assignment(bench: Workbench, *, actor: PartyRef, lot: LotRef) -> Outcome:
    """Acknowledge the holder of a lot as the debtor of its note."""
    acting = actor_of(bench, actor)
    lot_id = find_lot(bench, lot).lot_id
    receipt = carry_out(
        bench,
        "acknowledge_assignment",
        lambda: bench.ledger.acknowledge_assignment(by=acting.key, lot_id=lot_id),
    )
    return Outcome(operation="acknowledge_assignment", receipts=(receipt,))
