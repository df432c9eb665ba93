"""End a surrendered bill of lading in the receipt of its goods, as the carrier."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_bill, find_receipt
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Outcome, Workbench


def discharge_bill(bench: Workbench, *, actor: PartyRef, bill_id: int, receipt_id: int) -> Outcome:
    """Discharge a bill into a receipt that the keeper drafted for its holder, over the same good."""
    acting = actor_of(bench, actor)
    find_bill(bench, bill_id)
    find_receipt(bench, receipt_id)
    receipt = carry_out(
        bench,
        "discharge_bill",
        lambda: bench.ledger.discharge_bill(by=acting.key, bill_id=bill_id, receipt_id=receipt_id),
    )
    return Outcome(operation="discharge_bill", receipts=(receipt,))
