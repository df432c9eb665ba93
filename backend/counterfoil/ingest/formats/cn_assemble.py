"""From what a Chinese e-invoice states, in whichever of its forms, to a checked canonical invoice.

The three forms (the tax bureau's XML, the Ministry of Finance's Chinese labels, OFD) say the same things
under other names. Each form fills a `StatedInvoice`; the checks are here once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterfoil.domain.invoices.invoice import (
    Finding,
    Invoice,
    InvoiceFormat,
    InvoiceLine,
    InvoiceParty,
    InvoiceReference,
    InvoiceTotals,
    InvoiceType,
    ReferenceKind,
    Severity,
)
from counterfoil.domain.invoices.invoice_findings import TOO_COMPLEX, found
from counterfoil.ingest.formats.cn_findings import (
    GROSS_COMPUTED,
    LINE_DISAGREES,
    NAME_ABSENT,
    NUMBER_DISAGREES,
    RED_SIGN,
    SIGNATURE_UNCHECKED,
    WORDS_DISAGREE,
    WORDS_UNREADABLE,
)
from counterfoil.ingest.formats.cn_values import (
    CNY,
    amount_of_words,
    folded,
    read_amount,
    read_cn_date,
    read_coded_number,
    read_number,
    read_optional_decimal,
    read_rate,
    read_tax_id,
    required,
)
from counterfoil.ingest.protocol import ReadLimits
from counterfoil.ingest.safe_xml import refuse
from counterfoil.ingest.values import read_text

LINE_TAX_TOLERANCE_MINOR = 6
"""The tax platform accepts a line's tax within 0.06 yuan of amount times rate."""

PRICE_TOLERANCE_MINOR = 1
"""A unit price is stated with at most 13 decimals, so that the product may miss the amount by one fen."""

_ORIGINAL = re.compile(r"(?:被红冲蓝字|对应蓝字|对应正数)[^0-9:]{0,12}号码?:?\s*([0-9]{8,20})")
_LABELLED = re.compile(
    r"(?P<label>合同编号|合同号|合同|采购订单号|采购订单|订单编号|订单号|送货单号|发货单号|入库单号)"
    r"[:\s]\s*(?P<number>[A-Za-z0-9][A-Za-z0-9_/.\-]{1,59})"
)
_TERMS = re.compile(r"(?:付款条件|付款期限|结算方式|账期)[:\s]\s*[^;。\n]{1,80}")
_LABEL_KINDS = {
    "合同": ReferenceKind.CONTRACT,
    "采购": ReferenceKind.ORDER,
    "订单": ReferenceKind.ORDER,
    "送货": ReferenceKind.DESPATCH,
    "发货": ReferenceKind.DESPATCH,
    "入库": ReferenceKind.RECEIPT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedField:
    """A value as the document writes it, and where: `field` is what a finding about it names."""

    text: str | None
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedParty:
    """Name and taxpayer number as written. role: 销售方 or 购买方, for messages."""

    name: StatedField
    tax_id: StatedField
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedLine:
    """One line as written. field: the line element, with its position. gross: with tax, where stated."""

    field: str
    description: str | None
    quantity: str | None
    unit: str | None
    unit_price: str | None
    net: str | None
    rate: str | None
    tax: str | None
    gross: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedInvoice:
    """A Chinese e-invoice as written. second_number: another place that states the number, if any.

    red: True or False where the document marks itself as red-letter or blue-letter, None where it does not.
    original: number of the invoice that a red-letter one reverses. gross may be missing in OFD fields.
    with_code: the number is that of an older invoice, its code and its number one after the other.
    """

    format: InvoiceFormat
    number: StatedField
    issued: StatedField
    seller: StatedParty
    buyer: StatedParty
    net: StatedField
    tax: StatedField
    gross: StatedField
    lines: tuple[StatedLine, ...]
    second_number: StatedField | None = None
    words: StatedField | None = None
    red: bool | None = None
    original: StatedField | None = None
    remark: str | None = None
    signed: bool = False
    with_code: bool = False


def assemble(stated: StatedInvoice, *, limits: ReadLimits) -> Invoice:
    """The canonical invoice, and as findings what only Chinese invoices can contradict themselves in.

    Sums, identifiers and references are checked for all formats alike, after this.

    Amounts of a red-letter invoice are written with a minus sign; the credit note carries them positive.
    There is no due date on a Chinese e-invoice. Raises InvoiceRefused where a field that makes an invoice is
    missing or unreadable.
    """
    if len(stated.lines) > limits.max_lines:
        raise refuse(TOO_COMPLEX, "lines", what="the number of invoice lines", limit=limits.max_lines)
    findings: list[Finding] = []
    issued = read_cn_date(
        required(stated.issued.text, field=stated.issued.field, name="the issue date"),
        field=stated.issued.field,
        name="the issue date",
    )
    number = _number(stated, issued=issued, limits=limits, findings=findings)
    totals = _totals(stated, findings=findings)
    sign, kind = _direction(stated, gross_minor=totals.gross_minor, findings=findings)
    lines = _lines(stated, sign=sign, limits=limits, findings=findings)
    _check_words(stated, gross_minor=totals.gross_minor, findings=findings)
    remark = folded(read_text(stated.remark, field="备注", limits=limits))
    references = (*_original(stated, kind=kind, remark=remark), *_references(remark))
    if stated.signed:
        findings.append(found(SIGNATURE_UNCHECKED, "Signature", severity=Severity.INFO))
    terms = _TERMS.search(remark)
    return Invoice(
        number=number,
        type=kind,
        format=stated.format,
        issue_date=issued,
        due_date=None,
        currency=CNY,
        seller=_party(stated.seller, limits=limits, findings=findings),
        buyer=_party(stated.buyer, limits=limits, findings=findings),
        payable_minor=sign * totals.gross_minor,
        totals=InvoiceTotals(
            net_minor=sign * totals.net_minor,
            tax_minor=sign * totals.tax_minor,
            gross_minor=sign * totals.gross_minor,
            # A Chinese invoice has no allowances outside its lines: the stated total is their sum.
            lines_minor=sign * totals.net_minor if lines else None,
        ),
        lines=lines,
        references=references,
        payment_terms=terms[0].strip() if terms else None,
        findings=tuple(findings),
    )


def _number(stated: StatedInvoice, *, issued: date, limits: ReadLimits, findings: list[Finding]) -> str:
    field = stated.number.field
    text = read_text(stated.number.text, field=field, limits=limits)
    text = required(text, field=field, name="the invoice number")
    read = read_coded_number if stated.with_code else read_number
    number, noticed = read(text, issued=issued, field=field)
    findings.extend(noticed)
    second = stated.second_number
    if second is not None and second.text and "".join(folded(second.text).split()) != number:
        findings.append(found(NUMBER_DISAGREES, second.field, first=number, second=second.text[:60]))
    return number


def _totals(stated: StatedInvoice, *, findings: list[Finding]) -> InvoiceTotals:
    """Totals in fen with the sign that the document writes."""
    net, tax, gross = stated.net, stated.tax, stated.gross
    net_text = required(net.text, field=net.field, name="the total without tax")
    net_minor = read_amount(net_text, field=net.field, name="the total without tax")
    # A total tax of "*" or nothing is how a wholly exempt invoice is printed.
    untaxed = folded(tax.text).strip("*") == ""
    tax_minor = 0 if untaxed else read_amount(tax.text or "", field=tax.field, name="the total tax")
    if not (gross.text or "").strip():
        gross_minor = net_minor + tax_minor
        findings.append(
            found(GROSS_COMPUTED, gross.field, severity=Severity.INFO, gross=CNY.format(gross_minor))
        )
    else:
        gross_minor = read_amount(gross.text or "", field=gross.field, name="the total with tax")
    return InvoiceTotals(net_minor=net_minor, tax_minor=tax_minor, gross_minor=gross_minor)


def _direction(
    stated: StatedInvoice, *, gross_minor: int, findings: list[Finding]
) -> tuple[int, InvoiceType]:
    """Sign of the document's figures, and whether it is a credit note: red-letter, or below zero."""
    red = stated.red if stated.red is not None else gross_minor < 0
    if red == (gross_minor < 0):
        return (-1, InvoiceType.CREDIT_NOTE) if red else (1, InvoiceType.INVOICE)
    marked = "red-letter" if red else "blue-letter"
    total = CNY.format(gross_minor)
    findings.append(found(RED_SIGN, stated.gross.field, marked=marked, total=total))
    return (-1 if gross_minor < 0 else 1), InvoiceType.CREDIT_NOTE


def _lines(
    stated: StatedInvoice, *, sign: int, limits: ReadLimits, findings: list[Finding]
) -> tuple[InvoiceLine, ...]:
    return tuple(
        _line(line, position=position, sign=sign, limits=limits, findings=findings)
        for position, line in enumerate(stated.lines, start=1)
    )


def _line(
    line: StatedLine, *, position: int, sign: int, limits: ReadLimits, findings: list[Finding]
) -> InvoiceLine:
    field = line.field
    net_text = required(line.net, field=field, name="the line amount")
    net_minor = read_amount(net_text, field=field, name="the line amount")
    rate = read_rate(line.rate, field=field)
    untaxed = folded(line.tax).strip("*") == ""
    tax_minor = 0 if untaxed else read_amount(line.tax or "", field=field, name="the line tax")
    quantity = read_optional_decimal(line.quantity, field=field, name="the quantity")
    unit_price = read_optional_decimal(line.unit_price, field=field, name="the unit price")
    reason = _line_contradiction(line, net_minor=net_minor, tax_minor=tax_minor, rate=rate)
    if not reason and quantity is not None and unit_price is not None:
        reason = _price_contradiction(net_minor, quantity=quantity, unit_price=unit_price)
    if reason:
        findings.append(found(LINE_DISAGREES, field, severity=Severity.WARNING, line=position, reason=reason))
    return InvoiceLine(
        line_id=str(position),
        description=read_text(line.description, field=field, limits=limits),
        quantity=quantity if quantity is None else sign * quantity,
        unit=read_text(line.unit, field=field, limits=limits) or None,
        unit_price=unit_price,
        net_minor=sign * net_minor,
        tax_rate_percent=rate,
        tax_minor=sign * tax_minor,
    )


def _line_contradiction(
    line: StatedLine, *, net_minor: int, tax_minor: int, rate: Decimal | None
) -> str | None:
    """What in the line does not fit together, as words; None where all fits."""
    if rate is not None:
        expected = CNY.round_minor(CNY.major(net_minor) * rate / 100)
        if abs(expected - tax_minor) > LINE_TAX_TOLERANCE_MINOR:
            return f"tax {CNY.major(tax_minor)} is not {rate}% of {CNY.major(net_minor)}"
    if (line.gross or "").strip():
        gross = read_amount(line.gross or "", field=line.field, name="the line amount with tax")
        if gross != net_minor + tax_minor:
            return f"{CNY.major(net_minor)} and tax {CNY.major(tax_minor)} do not make {CNY.major(gross)}"
    return None


def _price_contradiction(net_minor: int, *, quantity: Decimal, unit_price: Decimal) -> str | None:
    """Whether quantity times price is another amount, by more than the fen that a cut price explains."""
    if abs(CNY.major(net_minor) - quantity * unit_price) > CNY.major(PRICE_TOLERANCE_MINOR):
        return f"{quantity} at {unit_price} do not make {CNY.major(net_minor)}"
    return None


def _check_words(stated: StatedInvoice, *, gross_minor: int, findings: list[Finding]) -> None:
    words = stated.words
    if words is None or not (words.text or "").strip():
        return
    text = (words.text or "").strip()[:120]
    spelled = amount_of_words(text)
    if spelled is None:
        findings.append(found(WORDS_UNREADABLE, words.field, severity=Severity.INFO, words=text))
    elif spelled != gross_minor:
        findings.append(
            found(
                WORDS_DISAGREE,
                words.field,
                words=text,
                in_words=CNY.format(spelled),
                in_figures=CNY.format(gross_minor),
            )
        )


def _original(stated: StatedInvoice, *, kind: InvoiceType, remark: str) -> tuple[InvoiceReference, ...]:
    """The invoice that a red-letter one reverses: from its own element, else from the printed remark."""
    if kind is InvoiceType.INVOICE:
        return ()
    text = "".join(folded(stated.original.text).split()) if stated.original else ""
    if not text:
        in_remark = _ORIGINAL.search(remark)
        text = in_remark[1] if in_remark else ""
    return (InvoiceReference(kind=ReferenceKind.PRECEDING_INVOICE, number=text[:60]),) if text else ()


def _references(remark: str) -> tuple[InvoiceReference, ...]:
    """Contract, order and delivery numbers that the seller wrote into the remark."""
    return tuple(
        InvoiceReference(kind=_LABEL_KINDS[match["label"][:2]], number=match["number"])
        for match in _LABELLED.finditer(remark)
    )


def _party(stated: StatedParty, *, limits: ReadLimits, findings: list[Finding]) -> InvoiceParty:
    tax_id = read_text(stated.tax_id.text, field=stated.tax_id.field, limits=limits)
    identifier, noticed = read_tax_id(tax_id, field=stated.tax_id.field)
    findings.extend(noticed)
    name = read_text(stated.name.text, field=stated.name.field, limits=limits)
    if not name and identifier is not None:
        findings.append(
            found(
                NAME_ABSENT,
                stated.name.field,
                severity=Severity.WARNING,
                role=stated.role,
                value=identifier.value,
            )
        )
        name = identifier.value
    return InvoiceParty(
        name=required(name, field=stated.name.field, name=f"the name of the {stated.role}"),
        identifiers=() if identifier is None else (identifier,),
        country="CN",
    )
