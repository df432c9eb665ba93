"""Decide a dispute, as the arbiter: what is upheld is no longer owed."""

from __future__ import annotations

from counterfoil.domain.money import check_ledger_amount
from counterfoil.domain.states import Office
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import find_note, required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def resolve_dispute(bench: Workbench, *, note_id: int, upheld_minor: int, reason: str) -> Outcome:
    """End a dispute. upheld_minor: 0 up to the disputed amount. reason: kept here, its hash on the ledger."""
    find_note(bench, note_id)
    upheld = check_ledger_amount(upheld_minor)
    stated = required_text(reason, field="reason")
    reason_hash = keep_wording(bench, DocumentKind.REASON, {"note_id": note_id, "reason": stated})
    receipt = carry_out(
        bench,
        "resolve_dispute",
        lambda: bench.ledger.resolve_dispute(
            by=office_key(bench, Office.ARBITER),
            note_id=note_id,
            upheld_minor=upheld,
            reason_hash=reason_hash,
        ),
    )
    return Outcome(operation="resolve_dispute", receipts=(receipt,))
