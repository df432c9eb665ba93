"""Record that a facility was not repaid when due, as its funder."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_facility
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Outcome, Workbench


def mark_facility_defaulted(bench: Workbench, *, actor: PartyRef, facility_id: int) -> Outcome:
    """Mark the default; the assets may be enforced from here on."""
    acting = actor_of(bench, actor)
    find_facility(bench, facility_id)
    receipt = carry_out(
        bench,
        "mark_facility_defaulted",
        lambda: bench.ledger.mark_facility_defaulted(by=acting.key, facility_id=facility_id),
    )
    return Outcome(operation="mark_facility_defaulted", receipts=(receipt,))
