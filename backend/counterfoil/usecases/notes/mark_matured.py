"""Record that a note has come to maturity. Anybody may."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, find_note
from counterfoil.usecases.workbench import Outcome, Workbench


def mark_matured(bench: Workbench, *, actor: PartyRef, note_id: int) -> Outcome:
    """Record maturity; the ledger refuses before the time with NotMatured."""
    acting = actor_of(bench, actor)
    find_note(bench, note_id)
    receipt = carry_out(
        bench, "mark_matured", lambda: bench.ledger.mark_matured(by=acting.key, note_id=note_id)
    )
    return Outcome(operation="mark_matured", receipts=(receipt,))
