"""Reading one invoice, whatever its format: recognised by content, never by file name.

`read_invoice` does not raise for bad content: a document that cannot be read, and one that can be read but
not be financed, both come back as a result with findings that say why.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from counterfoil.domain.invoices.invoice import Finding, Invoice, InvoiceFormat, Severity
from counterfoil.domain.invoices.invoice_checks import check_invoice
from counterfoil.domain.invoices.invoice_findings import (
    EMPTY_FILE,
    TOO_LARGE,
    UNKNOWN_FORMAT,
    WRAPPER_REMOVED,
    found,
)
from counterfoil.ingest.formats.registry import CONTAINER_FORMATS, XML_FORMATS
from counterfoil.ingest.protocol import InvoiceRefused, ReadLimits
from counterfoil.ingest.safe_xml import looks_like_xml, parse_xml, refuse
from counterfoil.ingest.wrappers import unwrap

__all__ = ["InvoiceRefused", "ReadLimits", "ReadResult", "read_invoice"]

_DEFAULT_LIMITS = ReadLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResult:
    """What became of one document.

    invoice: None where the document could not be turned into an invoice at all. format: None where not even
    the format was recognised. findings: everything noticed, the same tuple as `invoice.findings`.
    file_name: as given, for messages only.
    """

    invoice: Invoice | None
    format: InvoiceFormat | None
    findings: tuple[Finding, ...]
    file_name: str | None = None

    @property
    def refused(self) -> bool:
        """True if there is no invoice, or an ERROR finding forbids financing on it."""
        return self.invoice is None or any(found.severity is Severity.ERROR for found in self.findings)


def read_invoice(
    content: bytes, *, file_name: str | None = None, limits: ReadLimits = _DEFAULT_LIMITS
) -> ReadResult:
    """Read and check one document. Time and memory are bounded by `limits`.

    Never raises for bad content: the refusal is in the result's findings.
    """
    seen = _Seen()
    try:
        invoice = _invoice_of(content, limits=limits, seen=seen)
    except InvoiceRefused as refusal:
        return ReadResult(
            invoice=None, format=seen.format, findings=refusal.all_findings, file_name=file_name
        )
    invoice = replace(check_invoice(invoice), content_sha256=hashlib.sha256(content).hexdigest())
    return ReadResult(invoice=invoice, format=invoice.format, findings=invoice.findings, file_name=file_name)


@dataclass(slots=True)
class _Seen:
    """What was recognised before a refusal, so that the refusal can name the format."""

    format: InvoiceFormat | None = None


def _invoice_of(content: bytes, *, limits: ReadLimits, seen: _Seen) -> Invoice:
    if not content:
        raise refuse(EMPTY_FILE)
    if len(content) > limits.max_bytes:
        raise refuse(TOO_LARGE, what="the file", limit_bytes=limits.max_bytes)
    for container in CONTAINER_FORMATS:
        if container.matches(content):
            seen.format = container.FORMAT
            inner = container.extract(content, limits=limits)
            if isinstance(inner, Invoice):
                return inner
            seen.format = inner.format
            invoice = _parse(inner.xml, limits=limits)
            return replace(invoice, format=inner.format, findings=(*inner.findings, *invoice.findings))
    return _parse(content, limits=limits)


def _parse(xml: bytes, *, limits: ReadLimits) -> Invoice:
    if not looks_like_xml(xml):
        raise refuse(UNKNOWN_FORMAT, seen="it is neither XML nor PDF nor OFD")
    root = parse_xml(xml, limits=limits)
    unwrapped = unwrap(root, limits=limits)
    for candidate in XML_FORMATS:
        if candidate.matches(unwrapped.root):
            invoice = candidate.parse(unwrapped.root, limits=limits)
            if not unwrapped.wrappers:
                return invoice
            noted = found(WRAPPER_REMOVED, "document", severity=Severity.INFO, count=unwrapped.wrappers)
            return replace(invoice, findings=(noted, *invoice.findings))
    inside = " inside an envelope" if unwrapped.wrappers else ""
    raise refuse(UNKNOWN_FORMAT, seen=f"XML with root element {str(unwrapped.root.tag)[:120]}{inside}")
