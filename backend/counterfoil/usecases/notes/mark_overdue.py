"""Record that a note was not paid within a day of maturity. Anybody may."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, find_note
from counterfoil.usecases.workbench import Outcome, Workbench


def mark_overdue(bench: Workbench, *, actor: PartyRef, note_id: int) -> Outcome:
    """Record that the debtor is late; the ledger refuses before the time with NotOverdue."""
    acting = actor_of(bench, actor)
    find_note(bench, note_id)
    receipt = carry_out(
        bench, "mark_overdue", lambda: bench.ledger.mark_overdue(by=acting.key, note_id=note_id)
    )
    return Outcome(operation="mark_overdue", receipts=(receipt,))
