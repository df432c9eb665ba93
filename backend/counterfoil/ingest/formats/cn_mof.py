"""Chinese e-invoices whose XML elements are the printed labels themselves (发票号码, 价税合计 ...).

Accounting systems exchange this form after the Ministry of Finance's data standard for electronic vouchers.
Issuing systems nest and shorten the labels differently, so a label is recognised wherever it stands: with
its side (销售方名称) or inside that side's group (销售方信息/名称). What is inside a line never counts as a
total, and a label that stands twice with different values is refused rather than guessed.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import etree

from counterfoil.domain.invoices.invoice import Invoice, InvoiceFormat
from counterfoil.domain.invoices.invoice_findings import TOO_COMPLEX
from counterfoil.ingest.formats.cn_assemble import (
    StatedField,
    StatedInvoice,
    StatedLine,
    StatedParty,
    assemble,
)
from counterfoil.ingest.formats.cn_findings import SEVERAL_INVOICES
from counterfoil.ingest.formats.cn_values import folded
from counterfoil.ingest.protocol import ReadLimits
from counterfoil.ingest.safe_xml import refuse

MAX_LABELS = 2_000
"""Elements outside the lines; a printed invoice has fewer than a hundred labels."""

_ROOT_WORDS = ("发票", "电子凭证")
_SIDES = {"销售方": "销售方", "销方": "销售方", "购买方": "购买方", "购方": "购买方"}
_NOISE = re.compile(r"[()\s_\-/、:]")
_LINE_LABELS = frozenset({"项目名称", "货物或应税劳务名称", "货物或应税劳务服务名称"})

_NUMBER = ("发票号码", "数电票号码", "数电发票号码", "全电发票号码")
_ISSUED = ("开票日期", "开具日期", "开票时间")
_NET = ("合计金额", "金额合计", "不含税金额合计", "合计不含税金额")
_TAX = ("合计税额", "税额合计")
_GROSS = ("价税合计小写", "价税合计", "价税合计金额")
_WORDS = ("价税合计大写",)
_REMARK = ("备注",)
_RED_MARK = ("是否红字发票", "红字发票标志", "是否红字")
_BLUE_MARK = ("是否蓝字发票", "是否蓝字发票标志", "蓝字发票标志")
_ORIGINAL = (
    "被红冲蓝字数电发票号码",
    "被红冲蓝字数电票号码",
    "对应蓝字发票号码",
    "蓝字发票号码",
    "原发票号码",
)
_PARTY_NAME = ("名称",)
_PARTY_ID = ("统一社会信用代码纳税人识别号", "纳税人识别号", "统一社会信用代码", "税号")
_YES, _NO = frozenset({"是", "Y", "YES", "TRUE", "1"}), frozenset({"否", "N", "NO", "FALSE", "0"})


def matches(root: etree._Element) -> bool:
    """True where the root element's name is Chinese and speaks of an invoice or an electronic voucher."""
    return any(word in etree.QName(root).localname for word in _ROOT_WORDS)


def parse(root: etree._Element, *, limits: ReadLimits) -> Invoice:
    """The canonical invoice or credit note. Raises InvoiceRefused."""
    labels = _Labels(root, limits=limits)
    stated = StatedInvoice(
        format=InvoiceFormat.CN_MOF,
        number=labels.field(_NUMBER),
        issued=labels.field(_ISSUED),
        seller=_party(labels, "销售方", role="seller"),
        buyer=_party(labels, "购买方", role="buyer"),
        net=labels.field(_NET),
        tax=labels.field(_TAX),
        gross=labels.field(_GROSS),
        words=labels.field(_WORDS),
        lines=tuple(_line(line, position) for position, line in enumerate(labels.lines, start=1)),
        red=_marked_red(labels),
        original=labels.field(_ORIGINAL),
        remark=labels.field(_REMARK).text,
        signed=labels.signed,
    )
    return assemble(stated, limits=limits)


class _Labels:
    """Every labelled value outside the lines, keyed by the label without its noise, and the lines."""

    def __init__(self, root: etree._Element, *, limits: ReadLimits) -> None:
        self._values: dict[str, set[str]] = {}
        self.lines: list[dict[str, str]] = []
        self.signed = False
        self._collect(root, limits=limits)

    def _collect(self, root: etree._Element, *, limits: ReadLimits) -> None:
        labels = 0
        # An explicit stack in document order: the depth of the tree is the sender's choice.
        stack: list[tuple[etree._Element, str]] = [(root, "")]
        while stack:
            element, side = stack.pop()
            label = _label(element)
            if "签名" in label or label == "Signature":
                self.signed = True
                continue
            if len(element) > limits.max_lines + MAX_LABELS:
                raise refuse(TOO_COMPLEX, label, what="the number of its parts", limit=limits.max_lines)
            children = list(element)
            if any(_label(child) in _LINE_LABELS for child in children):
                self.lines.append({_label(child): (child.text or "").strip() for child in children})
                continue
            labels += 1
            if labels > MAX_LABELS:
                raise refuse(TOO_COMPLEX, "document", what="the number of labels", limit=MAX_LABELS)
            text = (element.text or "").strip()
            if not children and text:
                self._values.setdefault(_with_side(label, side), set()).add(text)
            inner = _side_of(label) or side
            stack.extend((child, inner) for child in reversed(children))

    def field(self, aliases: tuple[str, ...], *, side: str = "") -> StatedField:
        """The value of the first alias that is present. Raises InvoiceRefused(CnSeveralInvoices)."""
        for alias in aliases:
            texts = self._values.get(side + alias)
            if texts:
                if len(texts) > 1:
                    raise refuse(SEVERAL_INVOICES, side + alias, name=side + alias)
                return StatedField(text=next(iter(texts)), field=side + alias)
        return StatedField(text=None, field=side + aliases[0])


def _label(element: etree._Element) -> str:
    return _label_of_tag(str(element.tag))


@lru_cache(maxsize=4096)
def _label_of_tag(tag: str) -> str:
    return _NOISE.sub("", folded(tag.rpartition("}")[2]))


def _side_of(label: str) -> str:
    return next((side for word, side in _SIDES.items() if label.startswith(word)), "")


def _with_side(label: str, side: str) -> str:
    """The label with its side in front in one spelling, from the label itself or from the group around it."""
    for word, name in _SIDES.items():
        if label.startswith(word):
            return name + label.removeprefix(word)
    return side + label


def _party(labels: _Labels, side: str, *, role: str) -> StatedParty:
    return StatedParty(
        name=labels.field(_PARTY_NAME, side=side),
        tax_id=labels.field(_PARTY_ID, side=side),
        role=role,
    )


def _line(texts: dict[str, str], position: int) -> StatedLine:
    def first(*names: str) -> str | None:
        return next((texts[name] for name in names if texts.get(name)), None)

    return StatedLine(
        field=f"{next(name for name in texts if name in _LINE_LABELS)}[{position}]",
        description=" ".join(filter(None, (first(*_LINE_LABELS), first("规格型号", "规格")))),
        quantity=first("数量"),
        unit=first("单位", "计量单位"),
        unit_price=first("单价"),
        net=first("金额", "不含税金额"),
        rate=first("税率征收率", "税率"),
        tax=first("税额"),
        gross=first("价税合计", "含税金额"),
    )


def _marked_red(labels: _Labels) -> bool | None:
    """What the document says of itself; None where it has no such mark and no original."""
    for aliases, yes_means_red in ((_RED_MARK, True), (_BLUE_MARK, False)):
        mark = folded(labels.field(aliases).text).upper()
        if mark in _YES:
            return yes_means_red
        if mark in _NO:
            return not yes_means_red
    return True if labels.field(_ORIGINAL).text else None
