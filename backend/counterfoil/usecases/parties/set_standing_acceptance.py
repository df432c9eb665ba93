"""Accept assignments in advance, or no longer."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, party_id_of
from counterfoil.usecases.workbench import Outcome, Workbench


def set_standing_acceptance(
    bench: Workbench, *, actor: PartyRef, debtor: PartyRef | None = None, given: bool = True
) -> Outcome:
    """Accept in advance all assignments (debtor None) or those of one debtor's notes. given False: end it."""
    acting = actor_of(bench, actor)
    debtor_id = None if debtor is None else party_id_of(bench, debtor)
    receipt = carry_out(
        bench,
        "set_standing_acceptance",
        lambda: bench.ledger.set_standing_acceptance(by=acting.key, debtor_id=debtor_id, given=given),
    )
    return Outcome(operation="set_standing_acceptance", receipts=(receipt,))
