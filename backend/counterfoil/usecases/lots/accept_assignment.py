"""Accept a lot that was offered: from here on the actor holds it."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import LotRef, PartyRef, find_lot
from counterfoil.usecases.workbench import Outcome, Workbench


def accept_assignment(bench: Workbench, *, actor: PartyRef, lot: LotRef) -> Outcome:
    """Accept an offered lot as the party that it was offered to."""
    acting = actor_of(bench, actor)
    lot_id = find_lot(bench, lot).lot_id
    receipt = carry_out(
        bench, "accept_assignment", lambda: bench.ledger.accept_assignment(by=acting.key, lot_id=lot_id)
    )
    return Outcome(operation="accept_assignment", receipts=(receipt,))
