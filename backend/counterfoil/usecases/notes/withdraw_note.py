"""Take a proposal back before the other side signs."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, find_note
from counterfoil.usecases.workbench import Outcome, Workbench


def withdraw_note(bench: Workbench, *, actor: PartyRef, note_id: int) -> Outcome:
    """Withdraw a proposed note as the side that proposed it."""
    acting = actor_of(bench, actor)
    note = find_note(bench, note_id)
    receipt = carry_out(
        bench,
        "withdraw_note",
        lambda: bench.ledger.withdraw_note(by=acting.key, note_id=note_id, invoices=note.invoices),
    )
    return Outcome(operation="withdraw_note", receipts=(receipt,))
