"""Take a facility offer back, as its funder."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_facility
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Outcome, Workbench


def withdraw_facility(bench: Workbench, *, actor: PartyRef, facility_id: int) -> Outcome:
    """Withdraw an offer that was not taken."""
    acting = actor_of(bench, actor)
    find_facility(bench, facility_id)
    receipt = carry_out(
        bench,
        "withdraw_facility",
        lambda: bench.ledger.withdraw_facility(by=acting.key, facility_id=facility_id),
    )
    return Outcome(operation="withdraw_facility", receipts=(receipt,))
