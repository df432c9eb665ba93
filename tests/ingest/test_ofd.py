"""OFD packages: where the invoice is found in them, and where package and invoice disagree."""

from __future__ import annotations

from datetime import date

import pytest

from counterfoil.domain.invoices.invoice import InvoiceFormat, InvoiceType, ReferenceKind, Severity
from ingest.cn_support import (
    CUSTOM,
    EINVOICE,
    OFD_NS,
    SELLER_ID,
    accepted,
    changed,
    codes,
    make_zip,
    ofd_files,
    read,
)

NUMBER = "26322000000000000017"
# What the checks of all formats say of totals that nothing else in the file explains.
WITHOUT_LINES = ["TaxNotBrokenDown", "LinesNotStated"]
ATTACHED = EINVOICE.encode()
OLD_STYLE = f"""<eInvoice xmlns:fp="http://www.edrm.org.cn/schema/e-invoice/2019" Version="1.0">
  <fp:DocID>1</fp:DocID><fp:TypeCode>0</fp:TypeCode>
  <fp:InvoiceCode>032002400311</fp:InvoiceCode><fp:InvoiceNo>21010038</fp:InvoiceNo>
  <fp:IssueDate>2024年07月01日</fp:IssueDate>
  <fp:Buyer><fp:BuyerName>澜川智能</fp:BuyerName><fp:BuyerTaxID>91320594MA9LC07W4B</fp:BuyerTaxID></fp:Buyer>
  <fp:Seller><fp:SellerName>江岭传动</fp:SellerName><fp:SellerTaxID>{SELLER_ID}</fp:SellerTaxID></fp:Seller>
  <fp:TaxExclusiveTotalAmount>100.00</fp:TaxExclusiveTotalAmount><fp:TaxTotalAmount>13.00</fp:TaxTotalAmount>
  <fp:TaxInclusiveTotalAmount>113.00</fp:TaxInclusiveTotalAmount>
  <fp:GoodsInfos><fp:GoodsInfo><fp:Item>*钢材*棒材</fp:Item><fp:Quantity>1</fp:Quantity><fp:Price>100</fp:Price>
    <fp:Amount>100.00</fp:Amount><fp:TaxScheme>13%</fp:TaxScheme><fp:TaxAmount>13.00</fp:TaxAmount>
  </fp:GoodsInfo></fp:GoodsInfos>
</eInvoice>"""


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("original_invoice.xml", "Doc_0/Attachs/original_invoice.xml"),
        ("Attachs/other_name.xml", "Doc_0/Attachs/other_name.xml"),
        ("/Doc_0/Attachs/other_name.xml", "Doc_0/Attachs/other_name.xml"),
        ("Doc_0/Attachs/other_name.xml", "Doc_0/Attachs/other_name.xml"),
        ("../Elsewhere/other_name.xml", "Doc_0/Elsewhere/other_name.xml"),
    ],
    ids=["beside-the-list", "from-the-document", "from-the-root", "from-the-root-unmarked", "upwards"],
)
def test_attached_invoice_is_read(location: str, path: str) -> None:
    invoice = accepted(make_zip(ofd_files(CUSTOM, attachment=ATTACHED, location=location, path=path)))
    assert (invoice.number, invoice.format, invoice.payable_minor) == (NUMBER, InvoiceFormat.CN_OFD, 135606)
    assert len(invoice.lines) == 2
    assert codes(invoice) == []


def test_attachment_that_is_not_listed_is_found_by_its_usual_name() -> None:
    files = ofd_files() | {"Doc_0/Other/Original_Invoice.xml": ATTACHED}
    assert accepted(make_zip(files)).number == NUMBER


def test_attachment_that_is_no_invoice_is_passed_over() -> None:
    files = ofd_files(CUSTOM, attachment=b"<note>see page</note>")
    result = read(make_zip(files))
    assert codes(result) == WITHOUT_LINES
    files = ofd_files(CUSTOM, attachment=b"\x89PNG not XML at all")
    assert codes(read(make_zip(files))) == WITHOUT_LINES


def test_fields_alone_make_an_invoice_without_lines() -> None:
    result = read(make_zip(ofd_files(CUSTOM)))
    assert result.invoice is not None
    assert not result.refused
    invoice = result.invoice
    assert (invoice.number, invoice.issue_date, invoice.due_date) == (NUMBER, date(2026, 10, 26), None)
    assert (invoice.seller.name, invoice.buyer.name) == ("江岭传动", "澜川智能")
    assert (invoice.totals.net_minor, invoice.totals.tax_minor, invoice.payable_minor) == (
        120005,
        15601,
        135606,
    )
    assert invoice.lines == ()
    assert codes(result) == WITHOUT_LINES


def test_fields_as_issuing_systems_leave_them() -> None:
    """Real packages often have neither names nor the total with tax."""
    bare = {name: text for name, text in CUSTOM.items() if "名称" not in name and name != "价税合计"}
    result = read(make_zip(ofd_files(bare)))
    assert result.invoice is not None
    assert (result.invoice.payable_minor, result.invoice.seller.name) == (135606, SELLER_ID)
    assert codes(result) == ["CnGrossComputed", "CnNameAbsent", "CnNameAbsent", *WITHOUT_LINES]


def test_fields_of_a_red_letter_invoice() -> None:
    red = CUSTOM | {
        "合计金额": "-1200.05",
        "合计税额": "-156.01",
        "价税合计": "-1356.06",
        "被红冲蓝字数电发票号码": "26322000000000000009",
    }
    invoice = accepted(make_zip(ofd_files(red)))
    assert (invoice.type, invoice.payable_minor) == (InvoiceType.CREDIT_NOTE, 135606)
    assert invoice.references[0].kind is ReferenceKind.PRECEDING_INVOICE


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("发票号码", "26322000000000000025"),
        ("开票日期", "2026年10月27日"),
        ("合计金额", "1200.06"),
        ("合计税额", "156.02"),
        ("价税合计", "9356.06"),
        ("销售方纳税人识别号", "91330411MA9BY26C03"),
        ("购买方纳税人识别号", "91330411MA9BY26C03"),
    ],
)
def test_package_and_attachment_must_say_the_same(name: str, text: str) -> None:
    result = read(make_zip(ofd_files(CUSTOM | {name: text}, attachment=ATTACHED)))
    assert result.refused
    assert codes(result, Severity.ERROR) == ["OfdDisagrees"]
    assert [found.field for found in result.findings if found.code == "OfdDisagrees"] == [
        f"CustomData {name}"
    ]


def test_package_and_red_letter_attachment_agree_on_negative_amounts() -> None:
    red_fields = CUSTOM | {"合计金额": "-1200.05", "合计税额": "-156.01", "价税合计": "-1356.06"}
    red = changed(
        EINVOICE,
        ("<LabelCode>Y<", "<LabelCode>N<"),
        *((f">{text}<", f">-{text}<") for text in ("1200.05", "156.01", "1356.06", "1000.05", "130.01")),
        *((f">{text}<", f">-{text}<") for text in ("1130.06", "200.00", "26.00", "226.00")),
        ("壹仟叁佰", "负壹仟叁佰"),
        ("合同编号:HT-9", "被红冲蓝字数电发票号码:26322000000000000009"),
    )
    invoice = accepted(make_zip(ofd_files(red_fields, attachment=red.encode())))
    assert (invoice.type, invoice.payable_minor) == (InvoiceType.CREDIT_NOTE, 135606)


def test_older_invoice_is_identified_by_code_and_number() -> None:
    invoice = accepted(make_zip(ofd_files(attachment=OLD_STYLE.encode())))
    assert invoice.number == "03200240031121010038"
    assert (invoice.format, invoice.issue_date) == (InvoiceFormat.CN_OFD, date(2024, 7, 1))
    assert (invoice.payable_minor, len(invoice.lines)) == (11300, 1)
    fields = CUSTOM | {"发票代码": "032002400311", "发票号码": "21010038", "开票日期": "2024年07月01日"}
    fields |= {"合计金额": "100.00", "合计税额": "13.00", "价税合计": "113.00"}
    both = make_zip(ofd_files(fields, attachment=OLD_STYLE.encode()))
    assert codes(accepted(both)) == []
    assert read(make_zip(ofd_files(fields))).invoice is not None


def test_older_red_letter_names_code_and_number_of_its_original() -> None:
    red = changed(
        OLD_STYLE,
        ("<fp:TypeCode>0<", "<fp:TypeCode>1<"),
        (">100.00<", ">-100.00<"),
        (">13.00<", ">-13.00<"),
        (">113.00<", ">-113.00<"),
        (
            "<fp:GoodsInfos>",
            "<fp:OriginalInvoiceCode>032002400311</fp:OriginalInvoiceCode>"
            "<fp:OriginalInvoiceNo>21010037</fp:OriginalInvoiceNo><fp:GoodsInfos>",
        ),
    )
    invoice = accepted(make_zip(ofd_files(attachment=red.encode())))
    assert invoice.type is InvoiceType.CREDIT_NOTE
    assert invoice.references[0].number == "03200240031121010037"


def test_older_number_of_another_length_is_refused() -> None:
    short = changed(OLD_STYLE, (">21010038<", ">2101003<"))
    result = read(make_zip(ofd_files(attachment=short.encode())))
    assert codes(result, Severity.ERROR) == ["CnNumberMalformed"]


def test_signed_package_says_that_nothing_was_verified() -> None:
    result = read(make_zip(ofd_files(CUSTOM, attachment=ATTACHED, signed=True)))
    assert codes(result) == ["CnSignatureUnchecked"]


def test_two_documents_in_one_package_are_refused() -> None:
    body = "<ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>"
    result = read(make_zip({"OFD.xml": f"<ofd:OFD {OFD_NS}>{body}{body}</ofd:OFD>".encode()}))
    assert codes(result) == ["CnSeveralInvoices"]


def test_one_field_stated_twice_is_refused() -> None:
    custom = (
        '<ofd:CustomData Name="发票号码">1</ofd:CustomData><ofd:CustomData Name="发票号码">2</ofd:CustomData>'
    )
    body = (
        f"<ofd:DocBody><ofd:DocInfo><ofd:CustomDatas>{custom}</ofd:CustomDatas></ofd:DocInfo></ofd:DocBody>"
    )
    result = read(make_zip({"OFD.xml": f"<ofd:OFD {OFD_NS}>{body}</ofd:OFD>".encode()}))
    assert codes(result) == ["CnSeveralInvoices"]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"readme.txt": b"nothing"}, "UnknownFormat"),
        ({"OFD.xml": b"<other/>"}, "UnknownFormat"),
        ({"OFD.xml": b"<broken"}, "XmlMalformed"),
        (ofd_files(), "FieldMissing"),
        (ofd_files({"生产者": "x"}), "FieldMissing"),
        ({"OFD.xml": b'<!DOCTYPE a [<!ENTITY x "y">]><OFD>&x;</OFD>'}, "XmlForbiddenConstruct"),
        (
            ofd_files(attachment=b'<!DOCTYPE a [<!ENTITY x "y">]><EInvoice>&x;</EInvoice>'),
            "XmlForbiddenConstruct",
        ),
    ],
    ids=["no-ofd", "other-root", "broken", "nothing-in-it", "no-invoice-fields", "entity", "entity-attached"],
)
def test_packages_without_an_invoice(files: dict[str, bytes], code: str) -> None:
    result = read(make_zip(files))
    assert result.invoice is None
    assert codes(result) == [code]
