"""Record that a loan was not paid when due, as its funder."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, find_financing
from counterfoil.usecases.workbench import Outcome, Workbench


def mark_defaulted(bench: Workbench, *, actor: PartyRef, financing_id: int) -> Outcome:
    """Mark a loan as defaulted; the ledger refuses before the due date with LoanNotDue."""
    acting = actor_of(bench, actor)
    find_financing(bench, financing_id)
    receipt = carry_out(
        bench,
        "mark_defaulted",
        lambda: bench.ledger.mark_defaulted(by=acting.key, financing_id=financing_id),
    )
    return Outcome(operation="mark_defaulted", receipts=(receipt,))
