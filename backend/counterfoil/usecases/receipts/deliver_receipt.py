"""Deliver, as the keeper: the goods leave once, the receipt ends and its share of the stock with it."""

from __future__ import annotations

from counterfoil.domain.errors import DomainError
from counterfoil.domain.states import ReceiptState
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases import goods_refusals as refusals
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.resolving import PartyRef, required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def deliver_receipt(bench: Workbench, *, actor: PartyRef, receipt_id: int, handover: str) -> Outcome:
    """Deliver everything under a released receipt. handover: the signed record, its hash on the ledger.

    Raises DomainError DeliveryNotOrdered, then what the ledger refuses.
    """
    acting = actor_of(bench, actor)
    title = find_receipt(bench, receipt_id)
    if title.state is not ReceiptState.RELEASED:
        raise DomainError(
            refusals.DELIVERY_NOT_ORDERED, receipt_id=receipt_id, state=title.state.name.lower()
        )
    stated = required_text(handover, field="handover")
    handover_hash = keep_wording(bench, DocumentKind.HANDOVER, {"handover": stated, "receipt_id": receipt_id})
    receipt = carry_out(
        bench,
        "deliver_receipt",
        lambda: bench.ledger.deliver_receipt(
            by=acting.key, receipt_id=receipt_id, lots=title.lots, handover_hash=handover_hash
        ),
    )
    return Outcome(operation="deliver_receipt", receipts=(receipt,))
