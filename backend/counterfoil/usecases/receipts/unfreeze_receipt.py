"""End a freeze of a receipt, as the arbiter, on an order."""

from __future__ import annotations

from counterfoil.domain.states import Office
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.wording import keep_order
from counterfoil.usecases.workbench import Outcome, Workbench


def unfreeze_receipt(bench: Workbench, *, receipt_id: int, order: str) -> Outcome:
    """Let a frozen receipt be what it was before. order: kept here, its hash on the ledger."""
    find_receipt(bench, receipt_id)
    order_hash = keep_order(bench, order, receipt_id=receipt_id)
    receipt = carry_out(
        bench,
        "unfreeze_receipt",
        lambda: bench.ledger.unfreeze_receipt(
            by=office_key(bench, Office.ARBITER), receipt_id=receipt_id, order_hash=order_hash
        ),
    )
    return Outcome(operation="unfreeze_receipt", receipts=(receipt,))
