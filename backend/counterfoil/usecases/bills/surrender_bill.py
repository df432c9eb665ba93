"""Give a bill of lading back to its carrier, as the holder: for the goods or for another bill."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_bill
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.wording import keep_order
from counterfoil.usecases.workbench import Outcome, Workbench


def surrender_bill(bench: Workbench, *, actor: PartyRef, bill_id: int, order: str) -> Outcome:
    """Surrender a bill. order: what the carrier is asked for, kept here, its hash on the ledger."""
    acting = actor_of(bench, actor)
    find_bill(bench, bill_id)
    order_hash = keep_order(bench, order, bill_id=bill_id)
    receipt = carry_out(
        bench,
        "surrender_bill",
        lambda: bench.ledger.surrender_bill(by=acting.key, bill_id=bill_id, order_hash=order_hash),
    )
    return Outcome(operation="surrender_bill", receipts=(receipt,))
