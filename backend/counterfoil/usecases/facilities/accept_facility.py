"""Take a facility, as its borrower: every asset is pledged and the money paid, at once or not at all."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_facility
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Outcome, Workbench


def accept_facility(bench: Workbench, *, actor: PartyRef, facility_id: int) -> Outcome:
    """Draw the facility down on the terms as offered."""
    acting = actor_of(bench, actor)
    terms = find_facility(bench, facility_id).terms
    receipt = carry_out(
        bench,
        "accept_facility",
        lambda: bench.ledger.accept_facility(by=acting.key, facility_id=facility_id, terms=terms),
    )
    return Outcome(operation="accept_facility", receipts=(receipt,))
