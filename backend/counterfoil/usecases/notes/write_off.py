"""Give up what is unpaid on an overdue note, as the arbiter. It is shown as written off, never as repaid."""

from __future__ import annotations

from counterfoil.domain.states import Office
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import find_note, required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def write_off(bench: Workbench, *, note_id: int, reason: str) -> Outcome:
    """Write a note off. reason: kept here, its hash on the ledger."""
    find_note(bench, note_id)
    stated = required_text(reason, field="reason")
    reason_hash = keep_wording(bench, DocumentKind.REASON, {"note_id": note_id, "reason": stated})
    receipt = carry_out(
        bench,
        "write_off",
        lambda: bench.ledger.write_off(
            by=office_key(bench, Office.ARBITER), note_id=note_id, reason_hash=reason_hash
        ),
    )
    return Outcome(operation="write_off", receipts=(receipt,))
