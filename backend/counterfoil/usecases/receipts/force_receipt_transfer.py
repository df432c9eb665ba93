"""Execute a court's order over title to a receipt, as the arbiter; lien, freeze and dispute stay."""

from __future__ import annotations

from counterfoil.domain.states import Office
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.resolving import PartyRef, party_id_of
from counterfoil.usecases.wording import keep_order
from counterfoil.usecases.workbench import Outcome, Workbench


def force_receipt_transfer(bench: Workbench, *, receipt_id: int, to: PartyRef, order: str) -> Outcome:
    """Move title without holder and keeper. order: the court's reference, its hash on the ledger."""
    find_receipt(bench, receipt_id)
    to_id = party_id_of(bench, to)
    order_hash = keep_order(bench, order, receipt_id=receipt_id, to=to_id)
    receipt = carry_out(
        bench,
        "force_receipt_transfer",
        lambda: bench.ledger.force_receipt_transfer(
            by=office_key(bench, Office.ARBITER), receipt_id=receipt_id, to_id=to_id, order_hash=order_hash
        ),
    )
    return Outcome(operation="force_receipt_transfer", receipts=(receipt,))
