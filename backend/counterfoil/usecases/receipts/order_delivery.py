"""Order delivery, as the holder: from here on the receipt neither moves nor is pledged."""

from __future__ import annotations

from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.resolving import PartyRef, required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def order_delivery(bench: Workbench, *, actor: PartyRef, receipt_id: int, order: str) -> Outcome:
    """Release the receipt for delivery. order: to whom and when, kept here, its hash on the ledger."""
    acting = actor_of(bench, actor)
    find_receipt(bench, receipt_id)
    stated = required_text(order, field="order")
    order_hash = keep_wording(bench, DocumentKind.ORDER, {"order": stated, "receipt_id": receipt_id})
    receipt = carry_out(
        bench,
        "order_delivery",
        lambda: bench.ledger.order_delivery(by=acting.key, receipt_id=receipt_id, order_hash=order_hash),
    )
    return Outcome(operation="order_delivery", receipts=(receipt,))
