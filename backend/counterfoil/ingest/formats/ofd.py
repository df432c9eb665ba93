"""OFD, China's fixed-layout document format, carrying an e-invoice.

An OFD invoice is a zip whose OFD.xml names the document and may list the invoice's main fields as
CustomData. The complete invoice is usually attached as XML. The attachment is read where there is one and
is compared with the CustomData, because a person sees the one and a machine the other; without an
attachment the CustomData alone make an invoice without lines. The printed page is not read.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import ModuleType

from lxml import etree

from counterfoil.domain.invoices.invoice import (
    Finding,
    Invoice,
    InvoiceFormat,
    InvoiceType,
    PartyIdentifier,
    Severity,
)
from counterfoil.domain.invoices.invoice_findings import FIELD_MISSING, UNKNOWN_FORMAT, found
from counterfoil.ingest.formats import cn_einvoice, cn_legacy, cn_mof
from counterfoil.ingest.formats.cn_assemble import (
    StatedField,
    StatedInvoice,
    StatedParty,
    assemble,
)
from counterfoil.ingest.formats.cn_findings import OFD_DISAGREES, SEVERAL_INVOICES, SIGNATURE_UNCHECKED
from counterfoil.ingest.formats.cn_tree import PathTree, local_name
from counterfoil.ingest.formats.cn_values import folded, read_amount, read_cn_date
from counterfoil.ingest.formats.ofd_archive import OfdArchive, resolve
from counterfoil.ingest.protocol import ReadLimits
from counterfoil.ingest.safe_xml import looks_like_xml, parse_xml, refuse

FORMAT = InvoiceFormat.CN_OFD

_ENTRY = "OFD.xml"
_ATTACHED_NAME = "original_invoice.xml"
_ATTACHED_FORMATS: tuple[ModuleType, ...] = (cn_einvoice, cn_mof, cn_legacy)
_NUMBER, _CODE = "发票号码", "发票代码"


def matches(content: bytes) -> bool:
    """True for any zip; whether it is an OFD package shows when it is opened."""
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def extract(content: bytes, *, limits: ReadLimits) -> Invoice:
    """The invoice that the package carries. Raises InvoiceRefused; nothing is unpacked to disk."""
    archive = OfdArchive(content, limits=limits)
    if _ENTRY not in archive:
        raise refuse(UNKNOWN_FORMAT, seen="a zip without OFD.xml is not an OFD document")
    body = _Body.read(archive, limits=limits)
    for path in _attachments(archive, body, limits=limits):
        invoice = _attached(archive.read(path), limits=limits)
        if invoice is not None:
            return _finished(invoice, body, findings=_disagreements(body, invoice, path=path))
    if not body.fields:
        raise refuse(
            FIELD_MISSING, "OFD", name="an attached invoice XML, and CustomData with the invoice's fields,"
        )
    return _finished(_from_fields(body, limits=limits), body, findings=())


def _finished(invoice: Invoice, body: _Body, *, findings: tuple[Finding, ...]) -> Invoice:
    noticed = [*invoice.findings, *findings]
    if body.signed and all(finding.code != SIGNATURE_UNCHECKED for finding in noticed):
        noticed.append(found(SIGNATURE_UNCHECKED, "OFD/Signatures", severity=Severity.INFO))
    return replace(invoice, format=FORMAT, findings=tuple(noticed))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """OFD.xml: where the document is, the CustomData by name, and whether the package is signed."""

    document: str
    fields: dict[str, str]
    signed: bool

    @classmethod
    def read(cls, archive: OfdArchive, *, limits: ReadLimits) -> _Body:
        """Raises InvoiceRefused where there is more than one document, or a field twice."""
        root = parse_xml(archive.read(_ENTRY), limits=limits)
        if local_name(root) != "OFD":
            raise refuse(UNKNOWN_FORMAT, seen=f"OFD.xml with root element {local_name(root)[:60]}")
        tree = PathTree(root)
        if len(tree.all("DocBody")) > 1:
            raise refuse(SEVERAL_INVOICES, "OFD/DocBody", name="DocBody")
        fields: dict[str, str] = {}
        for element in (
            *tree.all("DocBody/DocInfo/CustomDatas/CustomData"),
            *tree.all("DocBody/DocInfo/CustomData"),
        ):
            name, text = folded(element.get("Name")), (element.text or "").strip()
            if not name or not text:
                continue
            if fields.setdefault(name, text) != text:
                raise refuse(SEVERAL_INVOICES, f"CustomData {name[:40]}", name=name[:40])
        return cls(
            document=tree.field("DocBody/DocRoot").text or "",
            fields=fields if _NUMBER in fields else {},
            signed=bool(tree.all("DocBody/Signatures")),
        )


def _attachments(archive: OfdArchive, body: _Body, *, limits: ReadLimits) -> Iterator[str]:
    """Paths of attached files: those that the document lists, then any file with the usual name."""
    listed = list(_listed_attachments(archive, body, limits=limits)) if body.document else []
    usual = [path for path in archive.paths if posixpath.basename(path).lower() == _ATTACHED_NAME]
    return iter(dict.fromkeys([*listed, *usual]))


def _listed_attachments(archive: OfdArchive, body: _Body, *, limits: ReadLimits) -> Iterator[str]:
    document_path = resolve(body.document, base="")
    if document_path not in archive:
        return
    document = PathTree(parse_xml(archive.read(document_path), limits=limits))
    location = document.field("Attachments").text
    if not location:
        return
    document_dir = posixpath.dirname(document_path)
    list_path = resolve(location, base=document_dir)
    if list_path not in archive:
        return
    attachments = PathTree(parse_xml(archive.read(list_path), limits=limits))
    for element in attachments.all("Attachment/FileLoc"):
        # Writers disagree on whether a location starts at the list, at the document or at the package.
        for base in (posixpath.dirname(list_path), document_dir, ""):
            path = resolve(element.text or "", base=base)
            if path in archive:
                yield path
                break


def _attached(content: bytes, *, limits: ReadLimits) -> Invoice | None:
    """The invoice that this attachment is, or None where it is something else."""
    if not looks_like_xml(content):
        return None
    root: etree._Element = parse_xml(content, limits=limits)
    for module in _ATTACHED_FORMATS:
        if module.matches(root):
            invoice: Invoice = module.parse(root, limits=limits)
            return invoice
    return None


def _field(body: _Body, *names: str) -> StatedField:
    text = next((body.fields[name] for name in names if name in body.fields), None)
    return StatedField(text=text, field=f"CustomData {names[0]}")


def _from_fields(body: _Body, *, limits: ReadLimits) -> Invoice:
    """An invoice without lines from CustomData; names may be missing there, numbers are not."""
    code = body.fields.get(_CODE, "")
    stated = StatedInvoice(
        format=FORMAT,
        number=StatedField(text=code + body.fields[_NUMBER], field=f"CustomData {_NUMBER}"),
        with_code=bool(code),
        issued=_field(body, "开票日期"),
        seller=_party(body, "销售方", role="seller"),
        buyer=_party(body, "购买方", role="buyer"),
        net=_field(body, "合计金额"),
        tax=_field(body, "合计税额"),
        gross=_field(body, "价税合计", "价税合计小写", "价税合计(小写)"),
        words=_field(body, "价税合计大写", "价税合计(大写)"),
        lines=(),
        original=_field(body, "被红冲蓝字数电发票号码", "被红冲蓝字数电票号码"),
        remark=body.fields.get("备注"),
    )
    return assemble(stated, limits=limits)


def _party(body: _Body, side: str, *, role: str) -> StatedParty:
    return StatedParty(
        name=_field(body, f"{side}名称"),
        tax_id=_field(body, f"{side}纳税人识别号", f"{side}统一社会信用代码"),
        role=role,
    )


def _disagreements(body: _Body, invoice: Invoice, *, path: str) -> tuple[Finding, ...]:
    """What OFD.xml states otherwise than the attachment: the sign of a document put together by hand."""
    sign = -1 if invoice.type is InvoiceType.CREDIT_NOTE else 1
    attached: dict[str, object] = {
        _NUMBER: invoice.number,
        "开票日期": invoice.issue_date,
        "合计金额": sign * invoice.totals.net_minor,
        "合计税额": sign * invoice.totals.tax_minor,
        "价税合计": sign * invoice.totals.gross_minor,
        "销售方纳税人识别号": _identifier(invoice.seller.identifier),
        "购买方纳税人识别号": _identifier(invoice.buyer.identifier),
    }
    return tuple(
        found(
            OFD_DISAGREES,
            f"CustomData {name}",
            stated=f"{name} {body.fields[name][:60]}",
            attached=f"{value} ({posixpath.basename(path)[:60]})",
        )
        for name, value in attached.items()
        if name in body.fields and _comparable(name, body) != value
    )


def _identifier(identifier: PartyIdentifier | None) -> str:
    return identifier.value if identifier else ""


def _comparable(name: str, body: _Body) -> object:
    """A CustomData text as the value that the canonical invoice has for it."""
    text, field = body.fields[name], f"CustomData {name}"
    if name == "开票日期":
        return read_cn_date(text, field=field, name="the issue date")
    if name in ("合计金额", "合计税额", "价税合计"):
        return read_amount(text, field=field, name=name)
    plain = "".join(folded(text).split()).upper()
    return body.fields.get(_CODE, "") + plain if name == _NUMBER else plain
