"""Take a delivery order back, as the holder; the receipt moves again."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Outcome, Workbench


def revoke_delivery(bench: Workbench, *, actor: PartyRef, receipt_id: int) -> Outcome:
    """Leave the goods where they are."""
    acting = actor_of(bench, actor)
    find_receipt(bench, receipt_id)
    receipt = carry_out(
        bench,
        "revoke_delivery",
        lambda: bench.ledger.revoke_delivery(by=acting.key, receipt_id=receipt_id),
    )
    return Outcome(operation="revoke_delivery", receipts=(receipt,))
