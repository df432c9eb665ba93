"""Chinese test documents: each a template whose single field a test changes."""

from __future__ import annotations

import io
import zipfile

from counterfoil.domain.invoices.invoice import Invoice, Severity
from counterfoil.domain.invoices.invoice_checks import DUE_DATE_MISSING
from counterfoil.ingest.reader import ReadLimits, ReadResult, read_invoice

SELLER_ID, BUYER_ID = "91320281MA9JL41TX0", "91320594MA9LC07W4B"

EINVOICE = f"""<?xml version="1.0" encoding="UTF-8"?>
<EInvoice>
  <Header><EIid>26322000000000000017</EIid>
    <InherentLabel><InIssuType><LabelCode>Y</LabelCode></InIssuType></InherentLabel></Header>
  <EInvoiceData>
    <SellerInformation><SellerIdNum>{SELLER_ID}</SellerIdNum><SellerName>江岭传动</SellerName></SellerInformation>
    <BuyerInformation><BuyerIdNum>{BUYER_ID}</BuyerIdNum><BuyerName>澜川智能</BuyerName></BuyerInformation>
    <BasicInformation>
      <TotalAmWithoutTax>1200.05</TotalAmWithoutTax><TotalTaxAm>156.01</TotalTaxAm>
      <TotalTax-includedAmount>1356.06</TotalTax-includedAmount>
      <TotalTax-includedAmountInChinese>壹仟叁佰伍拾陆圆零陆分</TotalTax-includedAmountInChinese>
      <RequestTime>2026-10-26 10:21:45</RequestTime>
    </BasicInformation>
    <IssuItemInformation><ItemName>*通用设备*齿轮</ItemName><SpecMod>M3</SpecMod><MeaUnits>件</MeaUnits>
      <Quantity>10</Quantity><UnPrice>100.005</UnPrice><Amount>1000.05</Amount><TaxRate>0.13</TaxRate>
      <ComTaxAm>130.01</ComTaxAm><TotaltaxIncludedAmount>1130.06</TotaltaxIncludedAmount></IssuItemInformation>
    <IssuItemInformation><ItemName>*通用设备*轴</ItemName><Amount>200.00</Amount><TaxRate>13%</TaxRate>
      <ComTaxAm>26.00</ComTaxAm><TotaltaxIncludedAmount>226.00</TotaltaxIncludedAmount></IssuItemInformation>
    <SpecificInformation/>
    <AdditionalInformation><Remark>合同编号:HT-9 订单号:PO-7 账期:90天</Remark></AdditionalInformation>
  </EInvoiceData>
  <TaxSupervisionInfo><InvoiceNumber>26322000000000000017</InvoiceNumber>
    <IssueTime>2026-10-26</IssueTime></TaxSupervisionInfo>
</EInvoice>
"""

OFD_NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'
CUSTOM = {
    "发票号码": "26322000000000000017",
    "开票日期": "2026年10月26日",
    "合计金额": "1200.05",
    "合计税额": "156.01",
    "价税合计": "1356.06",
    "销售方名称": "江岭传动",
    "销售方纳税人识别号": SELLER_ID,
    "购买方名称": "澜川智能",
    "购买方纳税人识别号": BUYER_ID,
}


def read(content: str | bytes, *, limits: ReadLimits | None = None) -> ReadResult:
    """The result of reading, with the default limits or others."""
    raw = content.encode() if isinstance(content, str) else content
    return read_invoice(raw) if limits is None else read_invoice(raw, limits=limits)


def accepted(content: str | bytes) -> Invoice:
    """The invoice, after making sure that nothing forbids financing on it."""
    result = read(content)
    assert result.invoice is not None, result.findings
    assert not result.refused, result.findings
    return result.invoice


def codes(read: ReadResult | Invoice, *severities: Severity) -> list[str]:
    """Codes of the findings, of the severities asked for or of all.

    Without the due date, which no Chinese invoice states; test_cn_einvoice has the one test of that.
    """
    return [
        found.code
        for found in read.findings
        if found.code != DUE_DATE_MISSING and (not severities or found.severity in severities)
    ]


def changed(template: str, *changes: tuple[str, str]) -> str:
    """The template with each text replaced; every text must be there, so that no test tests nothing."""
    for old, new in changes:
        assert old in template, old
        template = template.replace(old, new)
    return template


def make_zip(files: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of the files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return buffer.getvalue()


def ofd_xml(fields: dict[str, str] | None = None, *, signed: bool = False) -> bytes:
    """OFD.xml with these CustomData."""
    custom = "".join(
        f'<ofd:CustomData Name="{name}">{text}</ofd:CustomData>' for name, text in (fields or {}).items()
    )
    signatures = "<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures>" if signed else ""
    return (
        f"<ofd:OFD {OFD_NS}><ofd:DocBody>"
        f"<ofd:DocInfo><ofd:CustomDatas>{custom}</ofd:CustomDatas></ofd:DocInfo>"
        f"<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>{signatures}</ofd:DocBody></ofd:OFD>"
    ).encode()


def ofd_files(
    fields: dict[str, str] | None = None,
    *,
    attachment: bytes | None = None,
    location: str = "original_invoice.xml",
    path: str = "Doc_0/Attachs/original_invoice.xml",
    signed: bool = False,
) -> dict[str, bytes]:
    """The files of an OFD package, with an attached invoice where one is given."""
    listing = "<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>" if attachment else ""
    files = {
        "OFD.xml": ofd_xml(fields, signed=signed),
        "Doc_0/Document.xml": f"<ofd:Document {OFD_NS}>{listing}</ofd:Document>".encode(),
    }
    if attachment:
        files["Doc_0/Attachs/Attachments.xml"] = (
            f'<ofd:Attachments {OFD_NS}><ofd:Attachment ID="1" Name="original_invoice" Format="xml">'
            f"<ofd:FileLoc>{location}</ofd:FileLoc></ofd:Attachment></ofd:Attachments>"
        ).encode()
        files[path] = attachment
    return files
