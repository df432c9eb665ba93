"""Dispute an amount of a note, as its debtor; the undisputed part stays payable."""

from __future__ import annotations

from counterfoil.domain.money import Currency
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, find_note, positive_minor, required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def dispute_note(
    bench: Workbench, *, actor: PartyRef, note_id: int, disputed_minor: int, evidence: str
) -> Outcome:
    """Dispute `disputed_minor` of a note. evidence: what is wrong; kept here, its hash on the ledger."""
    acting = actor_of(bench, actor)
    note = find_note(bench, note_id)
    amount = positive_minor(disputed_minor, Currency.of_numeric(note.currency), field="amount")
    stated = required_text(evidence, field="evidence")
    evidence_hash = keep_wording(bench, DocumentKind.EVIDENCE, {"evidence": stated, "note_id": note_id})
    receipt = carry_out(
        bench,
        "dispute_note",
        lambda: bench.ledger.dispute_note(
            by=acting.key, note_id=note_id, disputed_minor=amount, evidence_hash=evidence_hash
        ),
    )
    return Outcome(operation="dispute_note", receipts=(receipt,))
