"""Take a dispute over a receipt back, as the side that opened it."""

from __future__ import annotations

from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.resolving import PartyRef, required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def withdraw_receipt_dispute(bench: Workbench, *, actor: PartyRef, receipt_id: int, reason: str) -> Outcome:
    """End the dispute; the receipt is issued again. reason: kept here, its hash on the ledger."""
    acting = actor_of(bench, actor)
    find_receipt(bench, receipt_id)
    stated = required_text(reason, field="reason")
    reason_hash = keep_wording(bench, DocumentKind.REASON, {"reason": stated, "receipt_id": receipt_id})
    receipt = carry_out(
        bench,
        "withdraw_receipt_dispute",
        lambda: bench.ledger.withdraw_receipt_dispute(
            by=acting.key, receipt_id=receipt_id, reason_hash=reason_hash
        ),
    )
    return Outcome(operation="withdraw_receipt_dispute", receipts=(receipt,))
