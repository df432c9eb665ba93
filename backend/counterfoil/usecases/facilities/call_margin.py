"""Call for margin, as the funder, where the loan-to-value is above the call limit."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_facility
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Outcome, Workbench


def call_margin(bench: Workbench, *, actor: PartyRef, facility_id: int) -> Outcome:
    """Call; the deadline is the agreed period from now."""
    acting = actor_of(bench, actor)
    find_facility(bench, facility_id)
    receipt = carry_out(
        bench,
        "call_margin",
        lambda: bench.ledger.call_margin(by=acting.key, facility_id=facility_id),
    )
    return Outcome(operation="call_margin", receipts=(receipt,))
