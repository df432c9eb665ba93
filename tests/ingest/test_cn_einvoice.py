"""The tax bureau's EInvoice XML: what is read from it, and what is found wrong with it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from counterfoil.domain.invoices.invoice import (
    IdScheme,
    InvoiceFormat,
    InvoiceType,
    ReferenceKind,
    Severity,
)
from counterfoil.ingest.reader import ReadLimits
from ingest.cn_support import BUYER_ID, EINVOICE, SELLER_ID, accepted, changed, codes, read

NUMBER = "26322000000000000017"
RED = (
    ("<LabelCode>Y<", "<LabelCode>N<"),
    (">1200.05<", ">-1200.05<"),
    (">156.01<", ">-156.01<"),
    (">1356.06<", ">-1356.06<"),
    ("壹仟叁佰", "\uff08负数\uff09壹仟叁佰"),
    (">10</Quantity>", ">-10</Quantity>"),
    (">1000.05<", ">-1000.05<"),
    (">130.01<", ">-130.01<"),
    (">1130.06<", ">-1130.06<"),
    (">200.00<", ">-200.00<"),
    (">26.00<", ">-26.00<"),
    (">226.00<", ">-226.00<"),
)
LINK = (
    "<SpecificInformation/>",
    "<SpecificInformation><RedEInvoice><OriginalInvoiceCode>26322000000000000009</OriginalInvoiceCode>"
    "</RedEInvoice></SpecificInformation>",
)


def test_every_field_is_read() -> None:
    invoice = accepted(EINVOICE)

    assert (invoice.number, invoice.type, invoice.format) == (
        NUMBER,
        InvoiceType.INVOICE,
        InvoiceFormat.CN_EINVOICE,
    )
    assert (invoice.issue_date, invoice.due_date, invoice.currency.code) == (date(2026, 10, 26), None, "CNY")
    assert (invoice.seller.name, invoice.buyer.name) == ("江岭传动", "澜川智能")
    assert [(party.scheme, party.value) for party in invoice.seller.identifiers] == [
        (IdScheme.USCC, SELLER_ID)
    ]
    assert [(party.scheme, party.value) for party in invoice.buyer.identifiers] == [(IdScheme.USCC, BUYER_ID)]
    assert invoice.payable_minor == 135606
    assert (invoice.totals.net_minor, invoice.totals.tax_minor, invoice.totals.gross_minor) == (
        120005,
        15601,
        135606,
    )
    first, second = invoice.lines
    assert (first.description, first.unit, first.net_minor, first.tax_minor) == (
        "*通用设备*齿轮 M3",
        "件",
        100005,
        13001,
    )
    assert (first.quantity, first.unit_price) == (Decimal(10), Decimal("100.005"))
    assert (first.tax_rate_percent, second.tax_rate_percent) == (Decimal(13), Decimal(13))
    assert (second.quantity, second.unit_price) == (None, None)
    assert [(link.kind, link.number) for link in invoice.references] == [
        (ReferenceKind.CONTRACT, "HT-9"),
        (ReferenceKind.ORDER, "PO-7"),
    ]
    assert invoice.payment_terms == "账期:90天"
    assert codes(invoice) == []


def test_no_due_date_is_told() -> None:
    assert [found.code for found in read(EINVOICE).findings] == ["DueDateMissing"]


def test_namespace_does_not_matter() -> None:
    assert accepted(changed(EINVOICE, ("<EInvoice>", '<EInvoice xmlns="urn:any">'))).number == NUMBER


def test_gbk_is_read() -> None:
    text = changed(EINVOICE, ('encoding="UTF-8"', 'encoding="GBK"'))
    assert accepted(text.encode("gbk")).seller.name == "江岭传动"


def test_red_letter_is_a_credit_note_over_positive_amounts() -> None:
    invoice = accepted(changed(EINVOICE, *RED, LINK))

    assert invoice.type is InvoiceType.CREDIT_NOTE
    assert invoice.payable_minor == 135606
    assert (invoice.totals.net_minor, invoice.totals.tax_minor) == (120005, 15601)
    assert [line.net_minor for line in invoice.lines] == [100005, 20000]
    assert invoice.lines[0].quantity == 10
    assert invoice.references[0].kind is ReferenceKind.PRECEDING_INVOICE
    assert invoice.references[0].number == "26322000000000000009"


def test_red_letter_finds_its_original_in_the_remark() -> None:
    remark = ("合同编号:HT-9", "被红冲蓝字数电发票号码\uff1a26322000000000000009 红字发票信息确认单编号:1")
    invoice = accepted(changed(EINVOICE, *RED, remark))
    assert invoice.references[0].number == "26322000000000000009"


def test_red_letter_without_original_is_refused() -> None:
    result = read(changed(EINVOICE, *RED))
    assert result.refused
    assert codes(result, Severity.ERROR) == ["CreditNoteNamesNoInvoice"]


def test_mark_and_sign_must_agree() -> None:
    marked_red_but_positive = read(changed(EINVOICE, ("<LabelCode>Y<", "<LabelCode>N<"), LINK))
    assert codes(marked_red_but_positive, Severity.ERROR) == ["CnRedLetterSign"]
    negative_but_marked_blue = read(changed(EINVOICE, *RED[1:], LINK))
    assert codes(negative_but_marked_blue, Severity.ERROR) == ["CnRedLetterSign"]
    assert negative_but_marked_blue.invoice is not None
    assert negative_but_marked_blue.invoice.type is InvoiceType.CREDIT_NOTE


def test_full_width_number_is_the_same_number() -> None:
    wide = NUMBER.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    result = read(changed(EINVOICE, (f"<InvoiceNumber>{NUMBER}", f"<InvoiceNumber> {wide} ")))
    assert result.invoice is not None
    assert result.invoice.number == NUMBER
    assert codes(result) == ["CnNumberSpelling"]
    assert not result.refused


@pytest.mark.parametrize(
    ("number", "code", "refused"),
    [
        ("2632200000000000001", "CnNumberMalformed", True),
        ("263220000000000000170", "CnNumberMalformed", True),
        ("2632200000000000001A", "CnNumberMalformed", True),
        ("25322000000000000017", "CnNumberYear", False),
        ("26992000000000000017", "CnNumberRegion", False),
    ],
)
def test_number_is_checked(number: str, code: str, *, refused: bool) -> None:
    result = read(changed(EINVOICE, (NUMBER, number)))
    assert codes(result) == [code]
    assert result.refused is refused


def test_two_different_numbers_are_refused() -> None:
    result = read(changed(EINVOICE, (f"<EIid>{NUMBER}", "<EIid>26322000000000000025")))
    assert result.refused
    assert codes(result) == ["CnNumberDisagrees"]


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        (SELLER_ID, SELLER_ID[:-1] + "1", "PartyIdCheckFailed", "BT-27"),
        (BUYER_ID, "91320594MA9LC07WOI", "PartyIdCheckFailed", "BT-44"),
        (">1356.06<", ">1356.07<", "TotalMismatch", "BT-112"),
        (">156.01<", ">156.10<", "TotalMismatch", "BT-112"),
        (">200.00<", ">200.01<", "TotalMismatch", "BT-106"),
        (">26.00<", ">26.01<", "TotalMismatch", "BT-110"),
        ("陆圆零陆分", "陆圆零柒分", "CnWordsDisagree", "TotalTax-includedAmountInChinese"),
    ],
)
def test_contradictions_are_refused(old: str, new: str, code: str, field: str) -> None:
    result = read(changed(EINVOICE, (old, new)))
    assert result.refused
    errors = [found for found in result.findings if found.severity is Severity.ERROR]
    assert code in [found.code for found in errors]
    assert any(found.field.endswith(field) for found in errors if found.code == code)


def test_inflated_total_cannot_hide_behind_its_own_words() -> None:
    """An attacker who raises total and words alike still meets the lines and the tax."""
    result = read(changed(EINVOICE, (">1356.06<", ">9356.06<"), ("壹仟叁佰伍拾陆圆", "玖仟叁佰伍拾陆圆")))
    assert codes(result, Severity.ERROR) == ["TotalMismatch"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (">1130.06<", ">1130.07<"),
        ("<TaxRate>0.13<", "<TaxRate>0.09<"),
        (">100.005<", ">100.007<"),
        (">10</Quantity>", ">11</Quantity>"),
    ],
)
def test_line_that_contradicts_itself_is_a_warning(old: str, new: str) -> None:
    result = read(changed(EINVOICE, (old, new)))
    assert codes(result) == ["CnLineDisagrees"]
    assert not result.refused
    assert result.findings[0].field == "IssuItemInformation[1]"


def test_line_tax_may_be_off_by_six_fen_and_no_more() -> None:
    by_six = changed(EINVOICE, (">130.01<", ">130.07<"), (">1130.06<", ">1130.12<"), (">26.00<", ">25.94<"))
    by_six = changed(by_six, (">226.00<", ">225.94<"))
    assert codes(accepted(by_six)) == []
    by_seven = changed(EINVOICE, (">130.01<", ">130.08<"), (">1130.06<", ">1130.13<"), (">26.00<", ">25.93<"))
    by_seven = changed(by_seven, (">226.00<", ">225.93<"))
    assert codes(read(by_seven)) == ["CnLineDisagrees", "CnLineDisagrees"]


def test_exempt_invoice_has_no_tax() -> None:
    invoice = accepted(
        changed(
            EINVOICE,
            (">156.01<", ">*<"),
            (">1356.06<", ">1200.05<"),
            ("壹仟叁佰伍拾陆圆零陆分", "壹仟贰佰圆零伍分"),
            (">130.01<", ">*<"),
            (">1130.06<", ">1000.05<"),
            (">26.00<", "><"),
            (">226.00<", ">200.00<"),
            (">0.13<", ">免税<"),
            (">13%<", ">不征税<"),
        )
    )
    assert invoice.totals.tax_minor == 0
    assert [line.tax_rate_percent for line in invoice.lines] == [None, None]


def test_discount_line_is_negative_in_an_invoice() -> None:
    invoice = accepted(
        changed(
            EINVOICE,
            (">1200.05<", ">800.05<"),
            (">156.01<", ">104.01<"),
            (">1356.06<", ">904.06<"),
            ("壹仟叁佰伍拾陆圆零陆分", "玖佰零肆圆零陆分"),
            (">200.00<", ">-200.00<"),
            (">26.00<", ">-26.00<"),
            (">226.00<", ">-226.00<"),
        )
    )
    assert invoice.type is InvoiceType.INVOICE
    assert [line.net_minor for line in invoice.lines] == [100005, -20000]


def test_every_wrong_check_character_is_refused() -> None:
    accepted_characters = [
        character
        for character in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        if not read(changed(EINVOICE, (BUYER_ID, BUYER_ID[:-1] + character))).refused
    ]
    assert accepted_characters == [BUYER_ID[-1]]


@pytest.mark.parametrize(
    ("value", "scheme", "noticed"),
    [
        ("320281000000001", IdScheme.REGISTRATION, ["CnTaxIdNotUscc"]),
        ("110101199003070038", IdScheme.OTHER, ["CnTaxIdNotUscc", "BuyerWithoutIdentifier"]),
    ],
    ids=["old-number", "personal-number"],
)
def test_other_taxpayer_numbers_are_kept_with_a_warning(
    value: str, scheme: IdScheme, noticed: list[str]
) -> None:
    result = read(changed(EINVOICE, (BUYER_ID, value)))
    assert codes(result) == noticed
    assert not result.refused
    assert result.invoice is not None
    identifier = result.invoice.buyer.identifier
    assert identifier is not None
    assert (identifier.scheme, identifier.value) == (scheme, value)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (f"<InvoiceNumber>{NUMBER}</InvoiceNumber>", "", None),
        (f">{NUMBER}<", "><", "FieldMissing"),
        ("<SellerName>江岭传动</SellerName>", "", None),
        (">1200.05<", "><", "FieldMissing"),
        (">1200.05<", ">12OO.05<", "FieldMalformed"),
        (">1200.05<", ">1200.055<", "FieldMalformed"),
        (">1200.05<", ">1e3<", "FieldMalformed"),
        (">1200.05<", ">1,2000.05<", "FieldMalformed"),
        (">1200.05<", ">NaN<", "FieldMalformed"),
        ("<IssueTime>2026-10-26<", "<IssueTime>2026-02-30<", "FieldMalformed"),
        ("<IssueTime>2026-10-26<", "<IssueTime>gestern<", "FieldMalformed"),
        ("<Amount>200.00</Amount>", "", "FieldMissing"),
        (">13%<", ">1.3<", "FieldMalformed"),
        (">10</Quantity>", ">ten</Quantity>", "FieldMalformed"),
        (
            "</TaxSupervisionInfo>",
            "<InvoiceNumber>1</InvoiceNumber></TaxSupervisionInfo>",
            "CnSeveralInvoices",
        ),
        (
            "</EInvoiceData>",
            "</EInvoiceData><EInvoiceData><BasicInformation><TotalTaxAm>1</TotalTaxAm></BasicInformation>"
            "</EInvoiceData>",
            "CnSeveralInvoices",
        ),
    ],
)
def test_missing_and_unreadable_fields(old: str, new: str, code: str | None) -> None:
    result = read(changed(EINVOICE, (old, new)))
    if code is None:
        # The header repeats the number and the code identifies the party: neither loss stops the reading.
        assert result.invoice is not None
        assert not result.refused
        return
    assert result.invoice is None
    assert codes(result) == [code]
    assert result.findings[0].field not in ("", "document")


@pytest.mark.parametrize(
    ("written", "minor"),
    [("¥1,200.05", 120005), ("\uffe51200.05元", 120005), ("1200.05 ", 120005), ("+1200.050", 120005)],
)
def test_amounts_as_people_write_them(written: str, minor: int) -> None:
    assert accepted(changed(EINVOICE, (">1200.05<", f">{written}<"))).totals.net_minor == minor


@pytest.mark.parametrize("written", ["2026年10月26日", "20261026", "2026/10/26", "2026-10-26T23:59:59+08:00"])
def test_dates_as_systems_write_them(written: str) -> None:
    text = changed(EINVOICE, ("<IssueTime>2026-10-26<", f"<IssueTime>{written}<"))
    assert accepted(text).issue_date == date(2026, 10, 26)


def test_too_many_lines_are_refused() -> None:
    result = read(EINVOICE, limits=ReadLimits(max_lines=1))
    assert codes(result) == ["DocumentTooComplex"]


def test_signature_is_said_to_be_unchecked() -> None:
    result = read(changed(EINVOICE, ("</EInvoice>", "<Signature/></EInvoice>")))
    assert codes(result) == ["CnSignatureUnchecked"]
    assert not result.refused


def test_unreadable_words_are_told_and_not_refused() -> None:
    result = read(changed(EINVOICE, ("壹仟叁佰伍拾陆圆零陆分", "one thousand")))
    assert codes(result) == ["CnWordsUnreadable"]
    assert not result.refused


def test_price_cut_to_its_decimals_is_no_contradiction() -> None:
    by_thirds = changed(EINVOICE, (">10</Quantity>", ">3</Quantity>"), (">100.005<", ">333.3466666666667<"))
    assert codes(accepted(by_thirds)) == []


def leaves() -> list[etree._Element]:
    """The elements of the template that hold text, in the template's order."""
    root = etree.fromstring(EINVOICE.encode())
    return [element for element in root.iter() if len(element) == 0 and (element.text or "").strip()]


def test_no_figure_can_be_changed_by_a_fen_unnoticed() -> None:
    """Each amount in turn, one fen up and one down: a change that nobody notices is a hole."""
    amounts = [index for index, leaf in enumerate(leaves()) if re.fullmatch(r"\d+\.\d\d", leaf.text or "")]
    assert len(amounts) == 10
    for index in amounts:
        for change in (Decimal("0.01"), Decimal("-0.01")):
            leaf = leaves()[index]
            leaf.text = str(Decimal(leaf.text or "") + change)
            altered = etree.tostring(leaf.getroottree(), encoding="UTF-8", xml_declaration=True)
            assert codes(read(altered)), leaf.tag


def test_any_element_may_be_missing_empty_or_doubled() -> None:
    """Whatever is taken away, emptied or repeated, there is a result and never an exception."""
    for index in range(len(leaves())):
        removed, emptied, doubled = leaves()[index], leaves()[index], leaves()[index]
        roots = [leaf.getroottree() for leaf in (removed, emptied, doubled)]
        parent, sibling = removed.getparent(), doubled.getparent()
        assert parent is not None
        assert sibling is not None
        parent.remove(removed)
        emptied.text = None
        sibling.append(etree.fromstring(f"<{doubled.tag}>7</{doubled.tag}>"))
        for tree in roots:
            result = read(etree.tostring(tree, encoding="UTF-8"))
            assert result.invoice is not None or result.refused


@pytest.mark.parametrize("old", [NUMBER, SELLER_ID, "澜川智能", "*通用设备*齿轮", "合同编号:HT-9"])
def test_endless_field_is_refused(old: str) -> None:
    result = read(changed(EINVOICE, (old, "9" * 30_000)))
    assert result.invoice is None
    assert codes(result) == ["DocumentTooComplex"]
