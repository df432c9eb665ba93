"""Take a claim over, as the funder it was offered to: liens and money change hands at once."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_facility
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Outcome, Workbench


def take_claim(bench: Workbench, *, actor: PartyRef, facility_id: int) -> Outcome:
    """Pay the offered price and become the facility's funder."""
    acting = actor_of(bench, actor)
    find_facility(bench, facility_id)
    receipt = carry_out(
        bench,
        "take_claim",
        lambda: bench.ledger.take_claim(by=acting.key, facility_id=facility_id),
    )
    return Outcome(operation="take_claim", receipts=(receipt,))
