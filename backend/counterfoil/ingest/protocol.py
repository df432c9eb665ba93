"""What a format module owes the reader, and what the reader grants it.

Two kinds of format exist. An XML format is recognised by its root element and turns a parsed tree into a
canonical invoice. A container (PDF, OFD) is recognised by its first bytes and yields either the XML inside,
which then goes through the same recognition, or an invoice where the container states the fields itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lxml import etree

from counterfoil.domain.errors import CounterfoilError
from counterfoil.domain.invoices.invoice import Finding, Invoice, InvoiceFormat, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """Bounds that keep one document's cost in time and memory small, whoever wrote it.

    max_bytes: size of the file, and of anything unpacked from it.
    max_markup: number of "<" in an XML document, which bounds elements, comments and instructions.
    max_depth: nesting of elements.
    max_field_chars: length of any one field that is read into the invoice.
    max_lines: invoice lines.
    max_container_entries: files in a zip, or embedded files in a PDF, that are looked at.
    max_wrappers: envelopes around an invoice that are opened, one inside the other.
    """

    max_bytes: int = 20 * 1024 * 1024
    max_markup: int = 1_000_000
    max_depth: int = 200
    max_field_chars: int = 20_000
    max_lines: int = 50_000
    max_container_entries: int = 1_000
    max_wrappers: int = 5


class InvoiceRefused(CounterfoilError):  # noqa: N818 - reads as what happened: the document was refused
    """The document cannot be read as an invoice.

    code: from the error table; field: business term (BT-5) or element that is at fault; message: a sentence
    for people. findings: everything else that was noticed before giving up; the refusal itself comes first
    in `all_findings`.
    """

    def __init__(self, code: str, field: str, message: str, *, findings: Sequence[Finding] = ()) -> None:
        self.finding = Finding(code=code, severity=Severity.ERROR, field=field, message=message)
        self.others = tuple(findings)
        super().__init__(code, field=field, reason=message)

    @property
    def message(self) -> str:
        """The sentence of this refusal, with the field that it is about."""
        return f"{self.finding.field}: {self.finding.message}"

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """This refusal and whatever was noticed before it."""
        return (self.finding, *(other for other in self.others if other != self.finding))


@dataclass(frozen=True, slots=True, kw_only=True)
class InnerXml:
    """XML found inside a container. format: what the invoice read from it is to be called."""

    xml: bytes
    format: InvoiceFormat
    findings: tuple[Finding, ...] = ()


class XmlFormat(Protocol):
    """An XML invoice format; a module with these two functions satisfies it."""

    def matches(self, root: etree._Element) -> bool:
        """True if this module reads documents with this root element. Looks at the root's name only."""
        ...

    def parse(self, root: etree._Element, *, limits: ReadLimits) -> Invoice:
        """The canonical invoice, with format findings in `Invoice.findings`. Raises InvoiceRefused.

        The reader adds `content_sha256` and the business checks of domain.invoices.invoice_checks afterwards.
        """
        ...


class ContainerFormat(Protocol):
    """A file format that carries an invoice; a module with these names satisfies it."""

    FORMAT: InvoiceFormat

    def matches(self, content: bytes) -> bool:
        """True if the first bytes are those of this container."""
        ...

    def extract(self, content: bytes, *, limits: ReadLimits) -> InnerXml | Invoice:
        """The XML inside, or the invoice itself. Raises InvoiceRefused.

        Unpacks at most `limits.max_bytes` and looks at `limits.max_container_entries` entries.
        """
        ...
