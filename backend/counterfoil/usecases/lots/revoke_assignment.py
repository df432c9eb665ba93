"""Take an offered lot back before it is accepted, as its assignor."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import LotRef, PartyRef, find_lot
from counterfoil.usecases.workbench import Outcome, Workbench


def revoke_assignment(bench: Workbench, *, actor: PartyRef, lot: LotRef) -> Outcome:
    """Take back an offered lot as the party that offered it."""
    acting = actor_of(bench, actor)
    lot_id = find_lot(bench, lot).lot_id
    receipt = carry_out(
        bench, "revoke_assignment", lambda: bench.ledger.revoke_assignment(by=acting.key, lot_id=lot_id)
    )
    return Outcome(operation="revoke_assignment", receipts=(receipt,))
