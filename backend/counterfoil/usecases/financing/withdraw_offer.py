"""Take an offer back before it is accepted, as its funder."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, find_financing
from counterfoil.usecases.workbench import Outcome, Workbench


def withdraw_offer(bench: Workbench, *, actor: PartyRef, financing_id: int) -> Outcome:
    """Withdraw an open offer."""
    acting = actor_of(bench, actor)
    find_financing(bench, financing_id)
    receipt = carry_out(
        bench,
        "withdraw_offer",
        lambda: bench.ledger.withdraw_offer(by=acting.key, financing_id=financing_id),
    )
    return Outcome(operation="withdraw_offer", receipts=(receipt,))
