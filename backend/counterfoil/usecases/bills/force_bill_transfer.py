"""Execute a court's order over title to a bill of lading, as the arbiter; lien and freeze stay."""

from __future__ import annotations

from counterfoil.domain.states import Office
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_bill
from counterfoil.usecases.resolving import PartyRef, party_id_of
from counterfoil.usecases.wording import keep_order
from counterfoil.usecases.workbench import Outcome, Workbench


def force_bill_transfer(bench: Workbench, *, bill_id: int, to: PartyRef, order: str) -> Outcome:
    """Move title without the holder. order: kept here, its hash on the ledger."""
    find_bill(bench, bill_id)
    to_id = party_id_of(bench, to)
    order_hash = keep_order(bench, order, bill_id=bill_id, to=to_id)
    receipt = carry_out(
        bench,
        "force_bill_transfer",
        lambda: bench.ledger.force_bill_transfer(
            by=office_key(bench, Office.ARBITER), bill_id=bill_id, to_id=to_id, order_hash=order_hash
        ),
    )
    return Outcome(operation="force_bill_transfer", receipts=(receipt,))
