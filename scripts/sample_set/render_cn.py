"""Writing a document as a Chinese e-invoice: the tax bureau's XML, the Chinese labels, and OFD."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from sample_set.documents import Document, Line
from sample_set.parties import Party
from sample_set.render_en16931 import to_bytes
from sample_set.words import words_of

Element = etree._Element

_OFD = "http://www.ofdspec.org/2016"
_BUREAUS = {
    "32": ("13200000000", "国家税务总局江苏省税务局"),
    "33": ("13300000000", "国家税务总局浙江省税务局"),
    "34": ("13400000000", "国家税务总局安徽省税务局"),
    "44": ("14400000000", "国家税务总局广东省税务局"),
}
# Times in a zip would make each run's bytes differ; this is the earliest that the format can state.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_WIDE_COLON = "\uff1a"


def _sub(parent: Element, name: str, text: str | None = None) -> Element:
    element = etree.SubElement(parent, name)
    element.text = text
    return element


def _rate(line: Line) -> str:
    return f"{(line.tax.rate / 100).normalize():f}"


def _remark(document: Document) -> str:
    """What sellers print into the remark, which is where references and terms of Chinese invoices stand."""
    if document.reverses:
        return f"被红冲蓝字数电发票号码{_WIDE_COLON}{document.reverses.number}"
    parts = []
    if document.contract:
        parts.append(f"合同编号{_WIDE_COLON}{document.contract}")
    if document.order:
        parts.append(f"采购订单号{_WIDE_COLON}{document.order}")
    return " ".join([*parts, document.terms])


# ---- the tax bureau's XML -----------------------------------------------------------------------------


def make_einvoice(document: Document) -> bytes:
    """The fully digital invoice; a red-letter one, with negative amounts, where it reverses another."""
    sign = -1 if document.reverses else 1
    root = etree.Element("EInvoice")
    _einvoice_header(root, document)
    content = _sub(root, "EInvoiceData")
    _einvoice_party(_sub(content, "SellerInformation"), document.seller, "Seller")
    _einvoice_party(_sub(content, "BuyerInformation"), document.buyer, "Buyer")
    basic = _sub(content, "BasicInformation")
    _sub(basic, "TotalAmWithoutTax", f"{sign * document.net}")
    _sub(basic, "TotalTaxAm", f"{sign * document.line_taxes}")
    _sub(basic, "TotalTax-includedAmount", f"{sign * document.cn_gross}")
    _sub(basic, "TotalTax-includedAmountInChinese", words_of(sign * document.cn_gross))
    _sub(basic, "Drawer", "样例")
    _sub(basic, "RequestTime", f"{document.issued.isoformat()} 10:21:45")
    for line in document.lines:
        _einvoice_line(_sub(content, "IssuItemInformation"), line, sign=sign)
    specific = _sub(content, "SpecificInformation")
    if document.reverses:
        red = _sub(specific, "RedEInvoice")
        _sub(red, "OriginalInvoiceCode", document.reverses.number)
        _sub(red, "CreditNoteNumber", f"320281{document.issued:%y%m%d}01000427")
    _sub(_sub(content, "AdditionalInformation"), "Remark", _remark(document))
    supervision = _sub(root, "TaxSupervisionInfo")
    _sub(supervision, "InvoiceNumber", document.number)
    _sub(supervision, "IssueTime", document.issued.isoformat())
    code, bureau = _BUREAUS[document.number[2:4]]
    _sub(supervision, "TaxBureauCode", code)
    _sub(supervision, "TaxBureauName", bureau)
    return to_bytes(root)


def _einvoice_header(root: Element, document: Document) -> None:
    header = _sub(root, "Header")
    _sub(header, "EIid", document.number)
    _sub(header, "EInvoiceTag", "SWEI3200")
    _sub(header, "Version", "0.2")
    inherent = _sub(header, "InherentLabel")
    for name, code, label in (
        ("InIssuType", "N" if document.reverses else "Y", "是否蓝字发票标志"),
        ("EInvoiceType", "01", "电子发票"),
        ("GeneralOrSpecialVAT", "01", "增值税专用发票"),
        ("TaxpayerType", "1", "一般纳税人"),
    ):
        element = _sub(inherent, name)
        _sub(element, "LabelCode", code)
        _sub(element, "LabelName", label)


def _einvoice_party(element: Element, party: Party, side: str) -> None:
    for name, text in (
        ("IdNum", party.uscc),
        ("Name", party.name),
        ("Addr", party.street),
        ("TelNum", party.phone),
        ("BankName", party.bank.partition(" ")[0]),
        ("BankAccNum", party.bank.partition(" ")[2]),
    ):
        _sub(element, f"{side}{name}", text)


def _einvoice_line(element: Element, line: Line, *, sign: int) -> None:
    _sub(element, "ItemName", f"*{_goods_class(line)}*{line.description}")
    _sub(element, "SpecMod", line.spec)
    _sub(element, "MeaUnits", line.unit[1])
    _sub(element, "Quantity", f"{sign * line.quantity}")
    _sub(element, "UnPrice", f"{line.price}")
    _sub(element, "Amount", f"{sign * line.net}")
    _sub(element, "TaxRate", _rate(line))
    _sub(element, "ComTaxAm", f"{sign * line.line_tax}")
    _sub(element, "TotaltaxIncludedAmount", f"{sign * (line.net + line.line_tax)}")
    _sub(element, "TaxClassificationCode", line.goods_code)


def _goods_class(line: Line) -> str:
    """The short name that stands between asterisks before the goods."""
    classes = {"10901": "通用设备", "10904": "电气设备", "10802": "黑色金属", "10801": "废旧物资"}
    return classes.get(line.goods_code[:5], "化学品")


# ---- Chinese labels -----------------------------------------------------------------------------------


def make_mof(document: Document) -> bytes:
    """The invoice with the printed labels as element names."""
    root = etree.Element("电子发票")
    _sub(root, "发票类型", "电子发票\uff08增值税专用发票\uff09")
    _sub(root, "发票号码", document.number)
    _sub(root, "开票日期", document.issued.strftime("%Y年%m月%d日"))
    for side, party in (("购买方", document.buyer), ("销售方", document.seller)):
        group = _sub(root, f"{side}信息")
        _sub(group, f"{side}名称", party.name)
        _sub(group, f"{side}统一社会信用代码", party.uscc)
    details = _sub(root, "项目明细")
    for line in document.lines:
        item = _sub(details, "项目")
        for name, text in (
            ("项目名称", f"*{_goods_class(line)}*{line.description}"),
            ("规格型号", line.spec),
            ("单位", line.unit[1]),
            ("数量", f"{line.quantity}"),
            ("单价", f"{line.price}"),
            ("金额", f"{line.net}"),
            ("税率", f"{line.tax.rate}%"),
            ("税额", f"{line.line_tax}"),
        ):
            _sub(item, name, text)
    _sub(root, "合计金额", f"{document.net}")
    _sub(root, "合计税额", f"{document.line_taxes}")
    _sub(root, "价税合计大写", words_of(document.cn_gross))
    _sub(root, "价税合计小写", f"¥{document.cn_gross}")
    _sub(root, "备注", _remark(document))
    _sub(root, "开票人", "样例")
    return to_bytes(root)


# ---- OFD ----------------------------------------------------------------------------------------------


def make_ofd_attached(document: Document) -> bytes:
    """An OFD with the tax bureau's XML attached, and the few CustomData that issuing systems write."""
    fields = _custom_fields(document)
    for name in ("销售方名称", "购买方名称", "价税合计"):
        del fields[name]
    return _ofd(document, fields=fields, attachment=make_einvoice(document))


def make_ofd_fields(document: Document) -> bytes:
    """An OFD without attachment, whose CustomData state the invoice's main fields."""
    return _ofd(document, fields=_custom_fields(document), attachment=None)


def _custom_fields(document: Document) -> dict[str, str]:
    return {
        "发票号码": document.number,
        "开票日期": document.issued.strftime("%Y年%m月%d日"),
        "销售方名称": document.seller.name,
        "销售方纳税人识别号": document.seller.identifier,
        "购买方名称": document.buyer.name,
        "购买方纳税人识别号": document.buyer.identifier,
        "合计金额": f"{document.net}",
        "合计税额": f"{document.line_taxes}",
        "价税合计": f"{document.cn_gross}",
        "备注": _remark(document),
    }


def _ofd(document: Document, *, fields: dict[str, str], attachment: bytes | None) -> bytes:
    custom = "".join(
        f"<ofd:CustomData Name={quoteattr(name)}>{escape(text)}</ofd:CustomData>"
        for name, text in fields.items()
    )
    files = {
        "OFD.xml": _ofd_xml(
            "OFD",
            "<ofd:DocBody><ofd:DocInfo>"
            f"<ofd:DocID>{document.number:0>32}</ofd:DocID>"
            f"<ofd:CreationDate>{document.issued.isoformat()}</ofd:CreationDate>"
            f"<ofd:CustomDatas>{custom}</ofd:CustomDatas></ofd:DocInfo>"
            "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>",
            attributes=' DocType="OFD" Version="1.1"',
        ),
        "Doc_0/Document.xml": _ofd_xml(
            "Document",
            "<ofd:CommonData><ofd:MaxUnitID>40</ofd:MaxUnitID>"
            "<ofd:PageArea><ofd:PhysicalBox>0 0 210 140</ofd:PhysicalBox></ofd:PageArea>"
            "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData>"
            '<ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>'
            + ("<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>" if attachment else ""),
        ),
        "Doc_0/PublicRes.xml": _ofd_xml(
            "Res", '<ofd:Fonts><ofd:Font ID="2" FontName="宋体"/></ofd:Fonts>', attributes=' BaseLoc="Res"'
        ),
        "Doc_0/Pages/Page_0/Content.xml": _ofd_xml("Page", _page(document)),
    }
    if attachment:
        files["Doc_0/Attachs/Attachments.xml"] = _ofd_xml(
            "Attachments",
            '<ofd:Attachment ID="3" Name="original_invoice" Format="xml" Visible="false">'
            "<ofd:FileLoc>original_invoice.xml</ofd:FileLoc></ofd:Attachment>",
        )
        files["Doc_0/Attachs/original_invoice.xml"] = attachment
    return _zip(files)


def _ofd_xml(name: str, inner: str, *, attributes: str = "") -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<ofd:{name} xmlns:ofd="{_OFD}"{attributes}>{inner}</ofd:{name}>\n'.encode()


def _page(document: Document) -> str:
    """The page that people see: the main fields as lines of text."""
    texts = [
        "电子发票\uff08增值税专用发票\uff09",
        f"发票号码: {document.number}  开票日期: {document.issued:%Y年%m月%d日}",
        f"购买方: {document.buyer.name}  {document.buyer.identifier}",
        f"销售方: {document.seller.name}  {document.seller.identifier}",
        *(
            f"{line.description} {line.spec} {_amount(line.net)} 税额 {line.line_tax}"
            for line in document.lines
        ),
        f"价税合计: {words_of(document.cn_gross)} ¥{document.cn_gross}",
        f"备注: {_remark(document)}",
    ]
    rows = "".join(
        f'<ofd:TextObject ID="{10 + row}" Boundary="10 {8 + 9 * row} 190 8" Font="2" Size="4">'
        f'<ofd:TextCode X="0" Y="5">{escape(text)}</ofd:TextCode></ofd:TextObject>'
        for row, text in enumerate(texts)
    )
    return f'<ofd:Content><ofd:Layer ID="4">{rows}</ofd:Layer></ofd:Content>'


def _amount(amount: Decimal) -> str:
    return f"{amount:,}"


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path, date_time=_ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            package.writestr(entry, content)
    return buffer.getvalue()
