"""Take a financing offer, as the holder of its lot: money and asset change hands at once or not at all."""

from __future__ import annotations

from counterfoil.domain.states import FinancingKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, find_financing
from counterfoil.usecases.workbench import Outcome, Workbench


def accept_offer(bench: Workbench, *, actor: PartyRef, financing_id: int) -> Outcome:
    """Accept an offer: draw the loan down against the lot's pledge, or sell the lot."""
    acting = actor_of(bench, actor)
    kind = find_financing(bench, financing_id).kind
    operation = "accept_loan" if kind is FinancingKind.LOAN else "accept_purchase"
    receipt = carry_out(
        bench,
        operation,
        lambda: bench.ledger.accept_offer(by=acting.key, financing_id=financing_id),
    )
    return Outcome(operation=operation, receipts=(receipt,))
