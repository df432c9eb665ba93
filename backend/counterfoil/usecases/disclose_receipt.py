"""Disclose some fields of a receipt to a reader, who can check them against the root on the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.domain.salted_fields import Disclosure, verify_disclosure
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.title_documents import title_document
from counterfoil.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptDisclosure:
    """What a reader gets: the receipt's number and the disclosure."""

    receipt_id: int
    disclosure: Disclosure


def disclose_receipt(bench: Workbench, *, receipt_id: int, fields: Sequence[str]) -> ReceiptDisclosure:
    """Show these fields or groups of fields and hide the rest.

    Raises DomainError ReceiptNotFound, TitleDocumentMissing, DisclosureFieldUnknown.
    """
    receipt = find_receipt(bench, receipt_id)
    document = title_document(bench, receipt.detail_root, title=f"receipt {receipt_id}")
    return ReceiptDisclosure(receipt_id=receipt_id, disclosure=document.salted.disclose(fields))


def verify_receipt_disclosure(bench: Workbench, *, shown: ReceiptDisclosure) -> dict[str, str]:
    """The shown values, if they are what the ledger's receipt commits to now.

    Raises DomainError ReceiptNotFound, DisclosureInvalid.
    """
    receipt = find_receipt(bench, shown.receipt_id)
    return verify_disclosure(shown.disclosure, root=receipt.detail_root)
