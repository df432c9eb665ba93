"""Give a live note up, as the creditor that still holds all of it free of liens."""

from __future__ import annotations

from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, find_note, required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def cancel_note(bench: Workbench, *, actor: PartyRef, note_id: int, reason: str) -> Outcome:
    """Cancel a note; its invoices get their amounts back. reason: kept here, its hash on the ledger."""
    acting = actor_of(bench, actor)
    note = find_note(bench, note_id)
    stated = required_text(reason, field="reason")
    reason_hash = keep_wording(bench, DocumentKind.REASON, {"note_id": note_id, "reason": stated})
    receipt = carry_out(
        bench,
        "cancel_note",
        lambda: bench.ledger.cancel_note(
            by=acting.key, note_id=note_id, invoices=note.invoices, reason_hash=reason_hash
        ),
    )
    return Outcome(operation="cancel_note", receipts=(receipt,))
