"""Take a surrendered bill of lading back, as its holder."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_bill
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Outcome, Workbench


def revoke_surrender(bench: Workbench, *, actor: PartyRef, bill_id: int) -> Outcome:
    """Revoke a surrender that the carrier has not acted on."""
    acting = actor_of(bench, actor)
    find_bill(bench, bill_id)
    receipt = carry_out(
        bench,
        "revoke_surrender",
        lambda: bench.ledger.revoke_surrender(by=acting.key, bill_id=bill_id),
    )
    return Outcome(operation="revoke_surrender", receipts=(receipt,))
