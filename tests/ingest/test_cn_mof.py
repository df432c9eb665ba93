"""Chinese labels as element names, in the nestings that issuing systems choose."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from counterfoil.domain.invoices.invoice import IdScheme, InvoiceFormat, InvoiceType, ReferenceKind, Severity
from ingest.cn_support import BUYER_ID, SELLER_ID, accepted, changed, codes, read

NUMBER = "26332000000000000033"
LABELS = f"""<?xml version="1.0" encoding="UTF-8"?>
<电子发票>
  <发票号码>{NUMBER}</发票号码><开票日期>2026年10月12日</开票日期>
  <购买方信息><购买方名称>澜川智能</购买方名称><购买方统一社会信用代码>{BUYER_ID}</购买方统一社会信用代码></购买方信息>
  <销售方信息><名称>江岭传动</名称><纳税人识别号>{SELLER_ID}</纳税人识别号></销售方信息>
  <项目明细>
    <项目><项目名称>*通用设备*齿轮</项目名称><规格型号>M3</规格型号><单位>件</单位><数量>3</数量><单价>33.33</单价>
      <金额>99.99</金额><税率>13%</税率><税额>13.00</税额><价税合计>112.99</价税合计></项目>
    <项目><项目名称>*通用设备*轴</项目名称><金额>0.01</金额><税率>13%</税率><税额>0.00</税额></项目>
  </项目明细>
  <合计金额>100.00</合计金额><合计税额>13.00</合计税额>
  <价税合计\uff08大写\uff09>壹佰壹拾叁圆整</价税合计\uff08大写\uff09>
  <价税合计\uff08小写\uff09>¥113.00</价税合计\uff08小写\uff09>
  <备注>采购订单号:PO-3 送货单号:DN-8</备注>
</电子发票>
"""


def test_every_field_is_read() -> None:
    invoice = accepted(LABELS)

    assert (invoice.number, invoice.format) == (NUMBER, InvoiceFormat.CN_MOF)
    assert (invoice.issue_date, invoice.due_date, invoice.currency.code) == (date(2026, 10, 12), None, "CNY")
    assert (invoice.seller.name, invoice.buyer.name) == ("江岭传动", "澜川智能")
    for party, value in ((invoice.seller, SELLER_ID), (invoice.buyer, BUYER_ID)):
        assert party.identifier is not None
        assert (party.identifier.scheme, party.identifier.value) == (IdScheme.USCC, value)
    assert invoice.payable_minor == 11300
    assert (invoice.totals.net_minor, invoice.totals.tax_minor) == (10000, 1300)
    first, second = invoice.lines
    assert (first.description, first.quantity, first.net_minor) == ("*通用设备*齿轮 M3", Decimal(3), 9999)
    assert (second.net_minor, second.tax_minor) == (1, 0)
    assert [(link.kind, link.number) for link in invoice.references] == [
        (ReferenceKind.ORDER, "PO-3"),
        (ReferenceKind.DESPATCH, "DN-8"),
    ]
    assert codes(invoice) == []


@pytest.mark.parametrize(
    "changes",
    [
        (("电子发票>", "发票>"),),
        (("<电子发票>", '<fp:电子发票 xmlns:fp="urn:any">'), ("</电子发票>", "</fp:电子发票>")),
        (("购买方信息>", "购方>"), ("购买方名称>", "购方名称>"), ("购买方统一社会信用代码>", "购方税号>")),
        (("<项目明细>", ""), ("</项目明细>", "")),
        (("价税合计\uff08小写\uff09>", "价税合计>"),),
        (("<电子发票>", "<电子凭证><票面>"), ("</电子发票>", "</票面></电子凭证>")),
    ],
    ids=["short-root", "namespace", "short-sides", "lines-not-grouped", "plain-total", "deeper"],
)
def test_other_nestings_mean_the_same(changes: tuple[tuple[str, str], ...]) -> None:
    plain, other = accepted(LABELS), accepted(changed(LABELS, *changes))
    assert (other.number, other.payable_minor, other.lines) == (NUMBER, 11300, plain.lines)
    assert (other.seller, other.buyer) == (plain.seller, plain.buyer)


def test_total_of_a_line_is_never_the_total_of_the_document() -> None:
    """The first line repeats the label 价税合计; without a document total only net plus tax is left."""
    result = read(changed(LABELS, ("<价税合计\uff08小写\uff09>¥113.00</价税合计\uff08小写\uff09>", "")))
    assert result.invoice is not None
    assert result.invoice.payable_minor == 11300
    assert codes(result) == ["CnGrossComputed"]


def test_label_with_two_values_is_refused() -> None:
    result = read(changed(LABELS, ("</电子发票>", "<合计金额>1.00</合计金额></电子发票>")))
    assert result.invoice is None
    assert codes(result) == ["CnSeveralInvoices"]
    assert result.findings[0].field == "合计金额"


def test_label_repeated_with_the_same_value_is_one_label() -> None:
    assert codes(accepted(changed(LABELS, ("</电子发票>", "<合计金额>100.00</合计金额></电子发票>")))) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("¥113.00", "¥113.01", "TotalMismatch"),
        (">99.99<", ">99.98<", "TotalMismatch"),
        ("拾叁圆整", "拾肆圆整", "CnWordsDisagree"),
        (SELLER_ID, SELLER_ID[:-1] + "9", "PartyIdCheckFailed"),
        (NUMBER, NUMBER[1:], "CnNumberMalformed"),
    ],
)
def test_contradictions_are_refused(old: str, new: str, code: str) -> None:
    result = read(changed(LABELS, (old, new)))
    assert result.refused
    assert code in codes(result, Severity.ERROR)


@pytest.mark.parametrize("label", ["发票号码", "开票日期", "合计金额"])
def test_missing_labels_are_refused(label: str) -> None:
    result = read(changed(LABELS, (f"{label}>", f"另外{label}>")))
    assert result.invoice is None
    assert codes(result) == ["FieldMissing"]
    assert result.findings[0].field == label


def test_missing_name_is_replaced_by_the_code_and_a_missing_party_is_refused() -> None:
    nameless = read(changed(LABELS, ("<名称>江岭传动</名称>", "")))
    assert codes(nameless) == ["CnNameAbsent"]
    assert nameless.invoice is not None
    assert nameless.invoice.seller.name == SELLER_ID
    nobody = read(
        changed(LABELS, ("<名称>江岭传动</名称>", ""), (f"<纳税人识别号>{SELLER_ID}</纳税人识别号>", ""))
    )
    assert codes(nobody) == ["FieldMissing"]
    assert nobody.invoice is None


@pytest.mark.parametrize(
    "mark",
    [
        "<是否红字发票>是</是否红字发票>",
        "<是否蓝字发票标志>N</是否蓝字发票标志>",
        "<红字发票信息><被红冲蓝字数电发票号码>26332000000000000025</被红冲蓝字数电发票号码></红字发票信息>",
        "",
    ],
    ids=["marked-red", "marked-not-blue", "names-original", "sign-only"],
)
def test_red_letter(mark: str) -> None:
    red = changed(
        LABELS,
        (">3<", ">-3<"),
        (">99.99<", ">-99.99<"),
        (">13.00<", ">-13.00<"),
        (">112.99<", ">-112.99<"),
        (">0.01<", ">-0.01<"),
        (">100.00<", ">-100.00<"),
        ("壹佰壹拾叁", "负壹佰壹拾叁"),
        ("¥113.00", "-113.00"),
        ("采购订单号:PO-3", "被红冲蓝字数电票号码\uff1a26332000000000000025"),
        ("</电子发票>", f"{mark}</电子发票>"),
    )
    invoice = accepted(red)
    assert (invoice.type, invoice.payable_minor) == (InvoiceType.CREDIT_NOTE, 11300)
    assert invoice.references[0].kind is ReferenceKind.PRECEDING_INVOICE
    assert invoice.references[0].number == "26332000000000000025"


def test_signature_block_is_not_read_for_fields() -> None:
    block = "<电子签名><发票号码>26332000000000000041</发票号码></电子签名></电子发票>"
    result = read(changed(LABELS, ("</电子发票>", block)))
    assert result.invoice is not None
    assert result.invoice.number == NUMBER
    assert codes(result) == ["CnSignatureUnchecked"]


def test_chinese_root_that_is_no_invoice() -> None:
    result = read("<订单><发票号码>1</发票号码></订单>")
    assert codes(result) == ["UnknownFormat"]


@pytest.mark.parametrize("filler", ["<标/>", "<标>1</标>", "<标><标/></标>"])
def test_thousands_of_labels_are_refused(filler: str) -> None:
    for count, refused in ((900, False), (2_001, True), (60_000, True)):
        result = read(changed(LABELS, ("</电子发票>", filler * count + "</电子发票>")))
        assert result.refused is refused
        assert ("DocumentTooComplex" in codes(result)) is refused


def test_lines_do_not_count_as_labels() -> None:
    line = "<项目><项目名称>x</项目名称><金额>0.00</金额><税率>0%</税率><税额>0.00</税额></项目>"
    invoice = accepted(changed(LABELS, ("<项目明细>", "<项目明细>" + line * 3_000)))
    assert len(invoice.lines) == 3_002
