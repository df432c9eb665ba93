"""Lift a margin call, as funder or borrower, once the loan-to-value is within the limit again."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_facility
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Outcome, Workbench


def lift_margin_call(bench: Workbench, *, actor: PartyRef, facility_id: int) -> Outcome:
    """Lift the call at fresh prices."""
    acting = actor_of(bench, actor)
    find_facility(bench, facility_id)
    receipt = carry_out(
        bench,
        "lift_margin_call",
        lambda: bench.ledger.lift_margin_call(by=acting.key, facility_id=facility_id),
    )
    return Outcome(operation="lift_margin_call", receipts=(receipt,))
