"""Take a dispute back, as the debtor."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, find_note
from counterfoil.usecases.workbench import Outcome, Workbench


def withdraw_dispute(bench: Workbench, *, actor: PartyRef, note_id: int) -> Outcome:
    """End the debtor's own dispute; the whole amount is payable again."""
    acting = actor_of(bench, actor)
    find_note(bench, note_id)
    receipt = carry_out(
        bench,
        "withdraw_dispute",
        lambda: bench.ledger.withdraw_dispute(by=acting.key, note_id=note_id),
    )
    return Outcome(operation="withdraw_dispute", receipts=(receipt,))
