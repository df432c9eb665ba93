"""What a warehouse receipt must and may state, with the source of each element and how sure it is.

The eight matters of Civil Code article 909 were read in full. Of GB/T 30332-2024 only the contents and the
list of changes in the foreword were read: an element it names there stands here as second-hand, and whether
its table asks for more is not known. What this project adds for lenders is called the ledger's own.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from counterfoil.domain.rules import Certainty


class ElementPlace(StrEnum):
    """Where an element is recorded: in the document under its root, or by the ledger's own events."""

    DOCUMENT = "document"
    LEDGER = "ledger"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptElement:
    """One element. fields: names of the document's fields, or of the group, that state it.

    required: the document is refused without it. Insurance is required only where the goods are insured, so
    it is not required here.
    """

    name: str
    chinese: str
    source: str
    certainty: Certainty
    fields: tuple[str, ...]
    required: bool
    place: ElementPlace = ElementPlace.DOCUMENT


_CODE = "Civil Code art. 909"
_STANDARD = "GB/T 30332-2024, foreword"
_OWN = "the ledger's own"


def _law(name: str, chinese: str, item: int, *fields: str, required: bool = True) -> ReceiptElement:
    return ReceiptElement(
        name=name,
        chinese=chinese,
        source=f"{_CODE}({item})",
        certainty=Certainty.READ,
        fields=fields,
        required=required,
    )


def _standard(
    name: str,
    chinese: str,
    *fields: str,
    required: bool = True,
    place: ElementPlace = ElementPlace.DOCUMENT,
) -> ReceiptElement:
    return ReceiptElement(
        name=name,
        chinese=chinese,
        source=_STANDARD,
        certainty=Certainty.SECOND_HAND,
        fields=fields,
        required=required,
        place=place,
    )


def _own(name: str, chinese: str, *fields: str, required: bool = False) -> ReceiptElement:
    return ReceiptElement(
        name=name,
        chinese=chinese,
        source=_OWN,
        certainty=Certainty.NOT_VERIFIED,
        fields=fields,
        required=required,
    )


ELEMENTS: tuple[ReceiptElement, ...] = (
    _law("depositor's name", "存货人的姓名或者名称", 1, "depositor.name"),
    _law("depositor's address", "存货人的住所", 1, "depositor.address"),
    _law("kind of goods", "仓储物的品种", 2, "goods.code", "goods.grade", "goods.name"),
    _law("quantity", "数量", 2, "goods.quantity"),
    _law("quality", "质量", 2, "goods.quality"),
    _law("packaging", "包装", 2, "goods.packaging"),
    _law("number of pieces", "件数", 2, "goods.pieces"),
    _law("marks", "标记", 2, "goods.marks"),
    _law("standard of loss", "损耗标准", 3, "loss_standard"),
    _law("place of storage", "储存场所", 4, "storage.site"),
    _law("period of storage", "储存期限", 5, "storage.from", "storage.to"),
    _law("storage fee", "仓储费", 6, "storage.fee"),
    _law(
        "insurance: amount, period, insurer", "保险金额、期间以及保险人的名称", 7, "insurance", required=False
    ),
    _law("issuer", "填发人", 8, "receipt.issued_by"),
    _law("place of issue", "填发地", 8, "receipt.issued_at"),
    _law("date of issue", "填发日期", 8, "receipt.issued_on"),
    ReceiptElement(
        name="keeper's signature or seal",
        chinese="保管人签名或者盖章",
        source=_CODE,
        certainty=Certainty.READ,
        fields=("keeper.seal",),
        required=True,
        place=ElementPlace.LEDGER,
    ),
    _standard("the word warehouse receipt", "“仓单”字样", "receipt.title"),
    _standard("receipt number", "仓单编号", "receipt.number"),
    _standard("notice of the right it embodies", "凭证权利提示", "receipt.rights_notice"),
    _standard("endorsers' seals", "背书人签章", "endorsements", place=ElementPlace.LEDGER),
    _standard("date of delivery out", "仓库发货日期", "delivery.date", place=ElementPlace.LEDGER),
    _standard("clerk of delivery out", "仓库发货经办人", "delivery.clerk", place=ElementPlace.LEDGER),
    _own("keeper's name", "保管人名称", "keeper.name", required=True),
    _own("keeper's identity", "保管人统一社会信用代码", "keeper.identity", required=True),
    _own("keeper's address", "保管人住所", "keeper.address"),
    _own("depositor's identity", "存货人有效证件", "depositor.identity"),
    _own("storage contract", "仓储合同编号", "receipt.contract"),
    _own("physical lots", "货位与批次", "lots", required=True),
    _own("inspection", "检验报告编号", "inspection"),
    _own("valuation", "评估价值", "valuation"),
    _own("remarks", "备注", "remarks"),
)


def missing_elements(names: Collection[str]) -> tuple[tuple[ReceiptElement, str], ...]:
    """The required elements that these field names leave out, each with the field, in the table's order.

    Names are enough: a reader of a disclosure checks it without seeing the values.
    """
    return tuple(
        (element, field)
        for element in ELEMENTS
        if element.required and element.place is ElementPlace.DOCUMENT
        for field in element.fields
        if not _stated(field, names)
    )


def _stated(field: str, names: Collection[str]) -> bool:
    return field in names or any(name.startswith((f"{field}.", f"{field}[")) for name in names)
