"""Reinstate a bill whose receipt never came to be, as the arbiter, on an order."""

from __future__ import annotations

from counterfoil.domain.states import Office
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_bill
from counterfoil.usecases.wording import keep_order
from counterfoil.usecases.workbench import Outcome, Workbench


def reinstate_bill(bench: Workbench, *, bill_id: int, order: str) -> Outcome:
    """Let a bill that ended in a discarded draft be issued again. order: kept here, its hash on chain."""
    find_bill(bench, bill_id)
    order_hash = keep_order(bench, order, bill_id=bill_id)
    receipt = carry_out(
        bench,
        "reinstate_bill",
        lambda: bench.ledger.reinstate_bill(
            by=office_key(bench, Office.ARBITER), bill_id=bill_id, order_hash=order_hash
        ),
    )
    return Outcome(operation="reinstate_bill", receipts=(receipt,))
