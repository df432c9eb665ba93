"""Factur-X and ZUGFeRD 2: a PDF with a CII invoice embedded under an agreed name.

Only the path from the trailer to the embedded files is walked; pages are never parsed or rendered. pypdf
runs under its own limits, set to those of the reader. Whatever it raises on a broken file becomes one
refusal.
"""

from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

from pypdf import PdfReader, apply_configuration
from pypdf.errors import LimitReachedError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, PdfObject, StreamObject

from counterfoil.domain.errors import declare
from counterfoil.domain.invoices.invoice import InvoiceFormat, Severity
from counterfoil.domain.invoices.invoice_findings import TOO_COMPLEX, TOO_LARGE, found
from counterfoil.ingest.protocol import InnerXml, InvoiceRefused, ReadLimits
from counterfoil.ingest.safe_xml import refuse

PDF_BROKEN = declare(
    "PdfBroken",
    "the PDF is damaged and cannot be read: {reason}",
    "Have the sender export it again.",
)
PDF_ENCRYPTED = declare(
    "PdfEncrypted",
    "the PDF is encrypted, so the invoice inside cannot be read",
    "Have the sender export it without a password.",
)
PDF_WITHOUT_INVOICE = declare(
    "PdfWithoutInvoice",
    "the PDF has no embedded invoice; embedded are: {names}",
    "Ask for a Factur-X or ZUGFeRD document, or for the XML itself: a picture of an invoice is not read.",
)
PDF_SEVERAL_INVOICES = declare(
    "PdfSeveralInvoices",
    "the PDF has {count} different embedded invoices ({names}), so it is unclear which one counts",
    "Ask for a PDF with one invoice.",
)
PDF_PAGE_NOT_COMPARED = declare(
    "PdfPageNotCompared",
    "the embedded {name} was read; whether the printed page says the same was not compared",
    "Compare the page by eye if it matters.",
)

FORMAT = InvoiceFormat.FACTUR_X
"""What an invoice read from a PDF is called; ZUGFeRD 2 is the same standard under another name."""

_INVOICE_NAMES = frozenset({"factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml"})
_MAX_TREE_DEPTH = 32
# pypdf recovers from damage by scanning for these words, some of them once for each occurrence: a file of
# nothing else took it 36 seconds. No invoice comes near the bounds; with them such files are refused at once.
_MAX_OCCURRENCES = {b"startxref": 500, b"trailer": 500, b" obj": 100_000, b"<<": 200_000, b"[": 1_000_000}
# The standard wants the pointer to the cross-reference table in the last 1,024 bytes.
_TAIL = 4_096
# pypdf documents PyPdfError; on files that break its assumptions it also lets these escape.
_BROKEN = (
    PyPdfError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
# pypdf describes damaged files in its log; the refusal says it instead, and stderr stays clean.
logging.getLogger("pypdf").addHandler(logging.NullHandler())


def matches(content: bytes) -> bool:
    """True for a PDF."""
    return content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n\x00").startswith(b"%PDF-")


def extract(content: bytes, *, limits: ReadLimits) -> InnerXml:
    """The embedded invoice. Raises InvoiceRefused."""
    for word, maximum in _MAX_OCCURRENCES.items():
        if content.count(word) > maximum:
            raise refuse(TOO_COMPLEX, what=f"how often the PDF says {word.decode().strip()}", limit=maximum)
    if b"startxref" not in content[-_TAIL:]:
        raise refuse(PDF_BROKEN, reason="its end is missing")
    bound = limits.max_bytes
    with apply_configuration(
        maximum_declared_stream_length=bound,
        array_based_stream_maximum_output_length=bound,
        zlib_maximum_output_length=bound,
        lzw_maximum_output_length=bound,
        run_length_maximum_output_length=bound,
        brotli_maximum_output_length=bound,
        stream_filters_maximum_length=4,
        stream_decoding_work_maximum_length=4 * bound,
        jbig2dec_binary=None,
    ):
        try:
            return _extract(content, limits=limits)
        except LimitReachedError:
            raise refuse(TOO_LARGE, what="something packed in the PDF", limit_bytes=bound) from None
        except _BROKEN as error:
            reason = " ".join(str(error).split())[:120] or type(error).__name__
            raise refuse(PDF_BROKEN, reason=reason) from None


def _extract(content: bytes, *, limits: ReadLimits) -> InnerXml:
    reader = PdfReader(
        BytesIO(content), root_object_recovery_limit=1_000, xref_stream_maximum_entries=200_000
    )
    if reader.is_encrypted:
        raise refuse(PDF_ENCRYPTED)
    catalog = reader.trailer["/Root"].get_object()
    if not isinstance(catalog, DictionaryObject):
        raise refuse(PDF_BROKEN, reason="it has no catalog")
    names: list[str] = []
    invoices: dict[bytes, str] = {}
    for specification in _file_specifications(catalog, limits=limits):
        name = str(_resolved(specification, "/UF") or _resolved(specification, "/F") or "")
        names.append(name[:60])
        if name.strip().lower() in _INVOICE_NAMES:
            invoices[_content_of(specification, limits=limits)] = name.strip()
    if not invoices:
        raise refuse(PDF_WITHOUT_INVOICE, names=", ".join(dict.fromkeys(names[:10])) or "no files")
    if len(invoices) > 1:
        listed = ", ".join(dict.fromkeys(invoices.values()))
        raise refuse(PDF_SEVERAL_INVOICES, count=len(invoices), names=listed)
    (xml, name), *_ = invoices.items()
    noted = found(PDF_PAGE_NOT_COMPARED, "document", severity=Severity.INFO, name=name)
    return InnerXml(xml=xml, format=FORMAT, findings=(noted,))


def _content_of(specification: DictionaryObject, *, limits: ReadLimits) -> bytes:
    embedded = _resolved(specification, "/EF")
    stream = None
    if isinstance(embedded, DictionaryObject):
        stream = _resolved(embedded, "/UF") or _resolved(embedded, "/F")
    if not isinstance(stream, StreamObject):
        raise refuse(PDF_BROKEN, reason="an embedded file has no content")
    xml = bytes(stream.get_data())
    if len(xml) > limits.max_bytes:
        raise refuse(TOO_LARGE, what="the embedded invoice", limit_bytes=limits.max_bytes)
    return xml


def _file_specifications(catalog: DictionaryObject, *, limits: ReadLimits) -> Iterator[DictionaryObject]:
    """Embedded files from the name tree and from the associated files, each object once."""
    seen: set[int] = set()
    candidates = [*_name_tree_values(catalog, limits=limits), *_items(_resolved(catalog, "/AF"))]
    if len(candidates) > limits.max_container_entries:
        raise _too_many(limits)
    for candidate in candidates:
        resolved = candidate.get_object()
        if isinstance(resolved, DictionaryObject) and id(resolved) not in seen:
            seen.add(id(resolved))
            yield resolved


def _name_tree_values(catalog: DictionaryObject, *, limits: ReadLimits) -> list[PdfObject]:
    """Values of the EmbeddedFiles name tree, level by level; a node is visited once, so loops end."""
    names = _resolved(catalog, "/Names")
    level = [_resolved(names, "/EmbeddedFiles")] if isinstance(names, DictionaryObject) else []
    values: list[PdfObject] = []
    visited: set[int] = set()
    for _ in range(_MAX_TREE_DEPTH):
        nodes = [node for node in level if isinstance(node, DictionaryObject) and id(node) not in visited]
        if not nodes:
            return values
        visited.update(id(node) for node in nodes)
        level = []
        for node in nodes:
            values += _items(_resolved(node, "/Names"))[1::2]
            level += [child.get_object() for child in _items(_resolved(node, "/Kids"))]
            if len(values) + len(level) > limits.max_container_entries:
                raise _too_many(limits)
    raise refuse(TOO_COMPLEX, what="the nesting of the PDF's name tree", limit=_MAX_TREE_DEPTH)


def _too_many(limits: ReadLimits) -> InvoiceRefused:
    what = "the number of files in the PDF"
    return refuse(TOO_COMPLEX, what=what, limit=limits.max_container_entries)


def _resolved(dictionary: DictionaryObject, key: str) -> PdfObject | None:
    value = dictionary.get(key)
    return None if value is None else value.get_object()


def _items(array: PdfObject | None) -> list[PdfObject]:
    return list(array) if isinstance(array, ArrayObject) else []
