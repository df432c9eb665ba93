"""China's fully digital invoice (数电票) as the tax bureau's XML: root element EInvoice.

Two element names differ by a hyphen and a capital and mean different things: the document's total with tax
is BasicInformation/TotalTax-includedAmount, a line's is IssuItemInformation/TotaltaxIncludedAmount. Every
field is therefore read by its full path and none by name alone.
"""

from __future__ import annotations

from lxml import etree

from counterfoil.domain.invoices.invoice import Invoice, InvoiceFormat
from counterfoil.ingest.formats.cn_assemble import (
    StatedInvoice,
    StatedLine,
    StatedParty,
    assemble,
)
from counterfoil.ingest.formats.cn_tree import PathTree, local_name
from counterfoil.ingest.formats.cn_values import folded
from counterfoil.ingest.protocol import ReadLimits

_ROOT = "EInvoice"
_BASIC = "EInvoiceData/BasicInformation"
_RED = "EInvoiceData/SpecificInformation/RedEInvoice/OriginalInvoiceCode"


def matches(root: etree._Element) -> bool:
    """True for an EInvoice root in any namespace: issuing systems differ in whether they write one."""
    return local_name(root) == _ROOT


def parse(root: etree._Element, *, limits: ReadLimits) -> Invoice:
    """The canonical invoice or, for a red-letter invoice, the credit note. Raises InvoiceRefused."""
    tree = PathTree(root)
    issued = tree.field("TaxSupervisionInfo/IssueTime")
    number = tree.field("TaxSupervisionInfo/InvoiceNumber")
    header_number = tree.field("Header/EIid")
    stated = StatedInvoice(
        format=InvoiceFormat.CN_EINVOICE,
        number=number if number.text else header_number,
        second_number=header_number if number.text else None,
        issued=issued if issued.text else tree.field(f"{_BASIC}/RequestTime"),
        seller=_party(tree, "Seller", role="seller"),
        buyer=_party(tree, "Buyer", role="buyer"),
        net=tree.field(f"{_BASIC}/TotalAmWithoutTax"),
        tax=tree.field(f"{_BASIC}/TotalTaxAm"),
        gross=tree.field(f"{_BASIC}/TotalTax-includedAmount"),
        words=tree.field(f"{_BASIC}/TotalTax-includedAmountInChinese"),
        lines=tuple(_lines(tree)),
        red=_marked_red(tree),
        original=tree.field(_RED),
        remark=tree.field("EInvoiceData/AdditionalInformation/Remark").text,
        signed=any(local_name(child).endswith(("Signature", "Signatures")) for child in root),
    )
    return assemble(stated, limits=limits)


def _party(tree: PathTree, side: str, *, role: str) -> StatedParty:
    base = f"EInvoiceData/{side}Information"
    return StatedParty(
        name=tree.field(f"{base}/{side}Name"), tax_id=tree.field(f"{base}/{side}IdNum"), role=role
    )


def _lines(tree: PathTree) -> list[StatedLine]:
    lines = []
    for position, element in enumerate(tree.all("EInvoiceData/IssuItemInformation"), start=1):
        texts = {local_name(child): (child.text or "").strip() for child in element}
        lines.append(
            StatedLine(
                field=f"IssuItemInformation[{position}]",
                description=" ".join(filter(None, (texts.get("ItemName"), texts.get("SpecMod")))),
                quantity=texts.get("Quantity"),
                unit=texts.get("MeaUnits"),
                unit_price=texts.get("UnPrice"),
                net=texts.get("Amount"),
                rate=texts.get("TaxRate"),
                tax=texts.get("ComTaxAm"),
                gross=texts.get("TotaltaxIncludedAmount"),
            )
        )
    return lines


def _marked_red(tree: PathTree) -> bool | None:
    """InIssuType answers "is this a blue-letter invoice?" with Y or N; a reversal names its original."""
    label = folded(tree.field("Header/InherentLabel/InIssuType/LabelCode").text).upper()
    if label in ("Y", "N"):
        return label == "N"
    return True if tree.field(_RED).text else None
