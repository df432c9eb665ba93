"""Close a dispute over a receipt, as the arbiter."""

from __future__ import annotations

from counterfoil.domain.states import Office
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.resolving import required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def close_receipt_dispute(bench: Workbench, *, receipt_id: int, reason: str) -> Outcome:
    """End the dispute; the receipt is issued again. reason: the decision, its hash on the ledger."""
    find_receipt(bench, receipt_id)
    stated = required_text(reason, field="reason")
    reason_hash = keep_wording(bench, DocumentKind.REASON, {"reason": stated, "receipt_id": receipt_id})
    receipt = carry_out(
        bench,
        "close_receipt_dispute",
        lambda: bench.ledger.close_receipt_dispute(
            by=office_key(bench, Office.ARBITER), receipt_id=receipt_id, reason_hash=reason_hash
        ),
    )
    return Outcome(operation="close_receipt_dispute", receipts=(receipt,))
