"""What a file that was handed in is: one document, a table of invoices, or a package of documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from counterfoil.ingest.bounded_zip import BoundedZip, ZipKind
from counterfoil.ingest.protocol import InvoiceRefused, ReadLimits
from counterfoil.ingest.safe_xml import looks_like_xml, refuse
from counterfoil.ingest.table_cells import TABLE_UNREADABLE

_ZIP_MARK = b"PK\x03\x04"
_OFD = "OFD.xml"
_WORKBOOK = "xl/workbook.xml"
_TABLE_NAMES = (".csv", ".tsv", ".txt")
_HIDDEN = ("__MACOSX/", ".DS_Store", "Thumbs.db")


class UploadKind(StrEnum):
    """DOCUMENT: one invoice in a format that is recognised by content. TABLE: an invoice a row."""

    DOCUMENT = "document"
    TABLE = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedPart:
    """A document or a table. name: for messages only."""

    name: str
    kind: UploadKind
    content: bytes


def _refused(reason: str) -> InvoiceRefused:
    return refuse(TABLE_UNREADABLE, "file", reason=reason)


_PACKAGE = ZipKind(name="the package", field="file", refuse=_refused, may_hold_archives=True)


def parts_of(name: str, content: bytes, *, limits: ReadLimits) -> Iterator[UploadedPart]:
    """What is in a file; a package is opened once, and not what is packed in it.

    limits: of a package unpacked. Raises InvoiceRefused for a package that cannot be opened safely.
    """
    if content.startswith(_ZIP_MARK):
        package = BoundedZip(content, limits=limits, kind=_PACKAGE)
        paths = {path.casefold() for path in package.paths}
        if _WORKBOOK in paths:
            yield UploadedPart(name=name, kind=UploadKind.TABLE, content=content)
        elif _OFD.casefold() in paths:
            yield UploadedPart(name=name, kind=UploadKind.DOCUMENT, content=content)
        else:
            for path in package.paths:
                if not path.startswith(_HIDDEN) and not path.endswith(_HIDDEN):
                    inside = package.read(path)
                    yield UploadedPart(name=f"{name}/{path}", kind=_kind(path, inside), content=inside)
        return
    yield UploadedPart(name=name, kind=_kind(name, content), content=content)


def _kind(name: str, content: bytes) -> UploadKind:
    is_table = name.lower().endswith(_TABLE_NAMES) and not looks_like_xml(content)
    is_workbook = name.lower().endswith(".xlsx")
    return UploadKind.TABLE if is_table or is_workbook else UploadKind.DOCUMENT
