"""Freeze a receipt, as the arbiter, on an order."""

from __future__ import annotations

from counterfoil.domain.states import Office
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.wording import keep_order
from counterfoil.usecases.workbench import Outcome, Workbench


def freeze_receipt(bench: Workbench, *, receipt_id: int, order: str) -> Outcome:
    """Stop a receipt. order: the court's reference, kept here, its hash on the ledger."""
    find_receipt(bench, receipt_id)
    order_hash = keep_order(bench, order, receipt_id=receipt_id)
    receipt = carry_out(
        bench,
        "freeze_receipt",
        lambda: bench.ledger.freeze_receipt(
            by=office_key(bench, Office.ARBITER), receipt_id=receipt_id, order_hash=order_hash
        ),
    )
    return Outcome(operation="freeze_receipt", receipts=(receipt,))
