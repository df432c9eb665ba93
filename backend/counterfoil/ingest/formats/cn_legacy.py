"""The XML attached to older OFD invoices: eInvoice, of the 2019 schema for electronic VAT invoices.

Before fully digital invoices an invoice was identified by a code (10 or 12 digits) and a number (8 digits)
together; the canonical number is both, one after the other. Such invoices still back running claims.
"""

from __future__ import annotations

from lxml import etree

from counterfoil.domain.invoices.invoice import Invoice, InvoiceFormat
from counterfoil.ingest.formats.cn_assemble import (
    StatedField,
    StatedInvoice,
    StatedLine,
    StatedParty,
    assemble,
)
from counterfoil.ingest.formats.cn_tree import PathTree, local_name
from counterfoil.ingest.formats.cn_values import folded
from counterfoil.ingest.protocol import ReadLimits

_ROOT = "eInvoice"


def matches(root: etree._Element) -> bool:
    """True for an eInvoice root; the fully digital invoice writes EInvoice."""
    return local_name(root) == _ROOT


def parse(root: etree._Element, *, limits: ReadLimits) -> Invoice:
    """The canonical invoice or, for TypeCode 1, the credit note. Raises InvoiceRefused."""
    tree = PathTree(root)
    stated = StatedInvoice(
        format=InvoiceFormat.CN_EINVOICE,
        number=_joined(tree, "InvoiceCode", "InvoiceNo"),
        with_code=True,
        issued=tree.field("IssueDate"),
        seller=_party(tree, "Seller", role="seller"),
        buyer=_party(tree, "Buyer", role="buyer"),
        net=tree.field("TaxExclusiveTotalAmount"),
        tax=tree.field("TaxTotalAmount"),
        gross=tree.field("TaxInclusiveTotalAmount"),
        lines=tuple(_lines(tree)),
        red=folded(tree.field("TypeCode").text) == "1",
        original=_joined(tree, "OriginalInvoiceCode", "OriginalInvoiceNo"),
        remark=tree.field("Note").text,
    )
    return assemble(stated, limits=limits)


def _joined(tree: PathTree, code: str, number: str) -> StatedField:
    """Code and number as one; nothing where the number is not there."""
    text = tree.field(number).text
    return StatedField(text=(tree.field(code).text or "") + text if text else None, field=number)


def _party(tree: PathTree, side: str, *, role: str) -> StatedParty:
    return StatedParty(
        name=tree.field(f"{side}/{side}Name"), tax_id=tree.field(f"{side}/{side}TaxID"), role=role
    )


def _lines(tree: PathTree) -> list[StatedLine]:
    lines = []
    for position, element in enumerate(tree.all("GoodsInfos/GoodsInfo"), start=1):
        texts = {local_name(child): (child.text or "").strip() for child in element}
        lines.append(
            StatedLine(
                field=f"GoodsInfo[{position}]",
                description=" ".join(filter(None, (texts.get("Item"), texts.get("Specification")))),
                quantity=texts.get("Quantity"),
                unit=texts.get("MeasurementDimension"),
                unit_price=texts.get("Price"),
                net=texts.get("Amount"),
                rate=texts.get("TaxScheme"),
                tax=texts.get("TaxAmount"),
            )
        )
    return lines
