"""Issue an attested draft to its depositor, as the keeper."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Outcome, Workbench


def issue_receipt(bench: Workbench, *, actor: PartyRef, receipt_id: int) -> Outcome:
    """Issue a receipt. The ledger asks for a fresh count that covers it, and for room under the cap."""
    acting = actor_of(bench, actor)
    find_receipt(bench, receipt_id)
    receipt = carry_out(
        bench,
        "issue_receipt",
        lambda: bench.ledger.issue_receipt(by=acting.key, receipt_id=receipt_id),
    )
    return Outcome(operation="issue_receipt", receipts=(receipt,))
