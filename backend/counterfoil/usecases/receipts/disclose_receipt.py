"""Disclose some fields of a receipt to a reader, who can check them against the root on the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.domain.errors import DomainError
from counterfoil.domain.goods.salted_fields import Disclosure, fields_root, verify_disclosure
from counterfoil.usecases import goods_refusals as refusals
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.title_documents import title_document
from counterfoil.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedFields:
    """What a disclosure shows of which receipt. hidden: how many fields it does not show."""

    receipt_id: int
    values: dict[str, str]
    hidden: int


def disclose_receipt(bench: Workbench, *, receipt_id: int, fields: Sequence[str]) -> Disclosure:
    """Show these fields or groups of fields and hide the rest.

    Raises DomainError ReceiptNotFound, TitleDocumentMissing, DisclosureFieldUnknown.
    """
    receipt = find_receipt(bench, receipt_id)
    document = title_document(bench, receipt.detail_root, title=f"receipt {receipt_id}")
    return document.salted.disclose(fields)


def verify_receipt_disclosure(
    bench: Workbench, *, disclosure: Disclosure, receipt_id: int | None = None
) -> VerifiedFields:
    """The shown values, if they are what a receipt on the ledger commits to now.

    receipt_id: None finds the receipt that the disclosure fits. Raises DomainError ReceiptNotFound,
    DisclosureInvalid, DisclosureFitsNone.
    """
    number = _fitting(bench, disclosure) if receipt_id is None else receipt_id
    root = find_receipt(bench, number).detail_root
    values = verify_disclosure(disclosure, root=root)
    return VerifiedFields(receipt_id=number, values=values, hidden=len(disclosure.hidden))


def _fitting(bench: Workbench, disclosure: Disclosure) -> int:
    hashes = {**disclosure.hidden, **{field.name: field.hash for field in disclosure.shown}}
    root = fields_root(hashes)
    for number, receipt in bench.read_model.state.receipts.items():
        if receipt.detail_root == root:
            return number
    raise DomainError(refusals.DISCLOSURE_FITS_NONE)
