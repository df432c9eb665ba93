"""Refuse a proposed note; its invoices get their amounts back."""

from __future__ import annotations

from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, find_note, required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def reject_note(bench: Workbench, *, actor: PartyRef, note_id: int, reason: str) -> Outcome:
    """Refuse a note as the side that did not propose it. reason: kept here, its hash on the ledger."""
    acting = actor_of(bench, actor)
    note = find_note(bench, note_id)
    stated = required_text(reason, field="reason")
    reason_hash = keep_wording(bench, DocumentKind.REASON, {"note_id": note_id, "reason": stated})
    receipt = carry_out(
        bench,
        "reject_note",
        lambda: bench.ledger.reject_note(
            by=acting.key, note_id=note_id, invoices=note.invoices, reason_hash=reason_hash
        ),
    )
    return Outcome(operation="reject_note", receipts=(receipt,))
