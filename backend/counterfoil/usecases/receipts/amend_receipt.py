"""Amend a receipt, as its keeper: elements other than goods and holder say something else from then on."""

from __future__ import annotations

from counterfoil.domain.errors import DomainError
from counterfoil.domain.goods.receipt_document import ReceiptDocument
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases import goods_refusals as refusals
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.receipts.receipt_lots import good_of_receipt
from counterfoil.usecases.resolving import PartyRef, required_text
from counterfoil.usecases.title_documents import keep_title, salted_receipt
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def amend_receipt(
    bench: Workbench, *, actor: PartyRef, receipt_id: int, document: ReceiptDocument, reason: str
) -> Outcome:
    """Let the receipt say what the document says. Good, quantity and lots stay as the ledger has them.

    What it said before stays on record. Raises DomainError AmendmentChangesGoods, then what the ledger
    refuses.
    """
    acting = actor_of(bench, actor)
    title = find_receipt(bench, receipt_id)
    fingerprint_key = bench.keys.fingerprint_key()
    for field, stated, held in (
        ("goods", document.goods.good.key, good_of_receipt(bench, title).key),
        ("goods.quantity", document.goods.quantity.steps, title.quantity),
        ("lots", sorted(lot.key(fingerprint_key) for lot in document.lots), sorted(title.lots)),
    ):
        if stated != held:
            raise DomainError(refusals.AMENDMENT_CHANGES_GOODS, field=field, receipt_id=receipt_id)
    stated_reason = required_text(reason, field="reason")
    amended = salted_receipt(document)
    keep_title(bench, amended)
    reason_hash = keep_wording(
        bench, DocumentKind.REASON, {"reason": stated_reason, "receipt_id": receipt_id}
    )
    receipt = carry_out(
        bench,
        "amend_receipt",
        lambda: bench.ledger.amend_receipt(
            by=acting.key, receipt_id=receipt_id, detail_root=amended.detail_root, reason_hash=reason_hash
        ),
    )
    return Outcome(operation="amend_receipt", receipts=(receipt,))
