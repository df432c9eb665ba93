"""Reading fields out of an XML tree and noting, with the business term, what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache

from lxml import etree

from counterfoil.domain.errors import DomainError
from counterfoil.domain.invoices.invoice import Finding, Severity
from counterfoil.domain.invoices.invoice_findings import (
    AMOUNT_IN_OTHER_CURRENCY,
    AMOUNT_MORE_PRECISE,
    FIELD_MISSING,
    FIELD_REPEATED,
    FIELD_WITH_ELEMENTS,
    found,
)
from counterfoil.domain.money import Currency
from counterfoil.ingest.protocol import InvoiceRefused, ReadLimits
from counterfoil.ingest.values import read_date, read_decimal, read_text

_PREFIXES: Mapping[str, str] = {
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}


@cache
def _tags(path: str) -> tuple[str, ...]:
    """ "cac:Party/cbc:ID" as the tags that lxml compares. Paths are constants of the code, so few."""
    steps = (step.split(":") for step in path.split("/"))
    return tuple(f"{{{_PREFIXES[prefix]}}}{name}" for prefix, name in steps)


def elements(parent: etree._Element | None, path: str) -> list[etree._Element]:
    """All elements on a path of child steps, in document order."""
    found_here: Iterable[etree._Element] = () if parent is None else (parent,)
    for tag in _tags(path):
        found_here = [child for element in found_here for child in element.iterchildren(tag)]
    return list(found_here)


def first(parent: etree._Element | None, path: str) -> etree._Element | None:
    """The first element on a path, or None."""
    matches = elements(parent, path)
    return matches[0] if matches else None


class FieldReader:
    """Reads fields of one document. Problems go to `findings`, so that one reading reports all of them.

    currency: set as soon as the document's currency is known; amounts need it.
    """

    def __init__(self, *, limits: ReadLimits) -> None:
        self.limits = limits
        self.findings: list[Finding] = []
        self.currency: Currency | None = None

    def note(self, code: str, field: str, severity: Severity = Severity.ERROR, **facts: object) -> None:
        """Keep a finding."""
        self.findings.append(found(code, field, severity=severity, **facts))

    def only(self, parent: etree._Element | None, path: str, *, field: str) -> etree._Element | None:
        """The one element on a path. A second one is an ERROR: readers would disagree which one counts."""
        matches = elements(parent, path)
        if len(matches) > 1:
            self.note(FIELD_REPEATED, field, name=path, count=len(matches))
        return matches[0] if matches else None

    def text(
        self, parent: etree._Element | None, path: str, *, field: str, name: str = "", required: bool = False
    ) -> str:
        """The text of the one element on a path; empty, with an ERROR where it is required, if absent."""
        text = self.text_of(self.only(parent, path, field=field), field=field)
        if required and not text:
            self.note(FIELD_MISSING, field, name=name or path)
        return text

    def text_of(self, element: etree._Element | None, *, field: str) -> str:
        """The text of an element. Raises InvoiceRefused if it is longer than the limit."""
        if element is None:
            return ""
        if len(element):
            self.note(FIELD_WITH_ELEMENTS, field, name=etree.QName(element).localname)
        return read_text(element.text, field=field, limits=self.limits)

    def decimal(
        self, parent: etree._Element | None, path: str, *, field: str, name: str = "", required: bool = False
    ) -> Decimal | None:
        """A decimal, or None with a finding where it is unreadable or required and absent."""
        text = self.text(parent, path, field=field, name=name, required=required)
        try:
            return read_decimal(text, field=field, name=name or path) if text else None
        except InvoiceRefused as refusal:
            self.findings.append(refusal.finding)
            return None

    def date(
        self, parent: etree._Element | None, path: str, *, field: str, name: str = "", required: bool = False
    ) -> date | None:
        """A date, or None with a finding."""
        text = self.text(parent, path, field=field, name=name, required=required)
        try:
            return read_date(text, field=field, name=name or path) if text else None
        except InvoiceRefused as refusal:
            self.findings.append(refusal.finding)
            return None

    def minor(
        self,
        parent: etree._Element | None,
        path: str,
        *,
        field: str,
        name: str = "",
        required: bool = False,
        imprecise: Severity = Severity.ERROR,
    ) -> int | None:
        """An amount in minor units, or None where absent or unreadable.

        An amount finer than the minor unit is rounded, and noted with the severity `imprecise`. An amount
        in another currency than the document's is an ERROR.
        """
        stated = self.only(parent, path, field=field)
        if stated is None:
            if required:
                self.note(FIELD_MISSING, field, name=name or path)
            return None
        return self.minor_of(stated, field=field, name=name or path, required=required, imprecise=imprecise)

    def minor_of(
        self,
        element: etree._Element,
        *,
        field: str,
        name: str,
        required: bool = False,
        imprecise: Severity = Severity.ERROR,
    ) -> int | None:
        """The amount of one element, as `minor` reads it."""
        text = self.text_of(element, field=field)
        if not text and required:
            self.note(FIELD_MISSING, field, name=name)
        if not text or self.currency is None:
            return None
        code = (element.get("currencyID") or "").strip()
        if code and code != self.currency.code:
            self.note(
                AMOUNT_IN_OTHER_CURRENCY, field, name=name, stated=code[:20], expected=self.currency.code
            )
        try:
            amount = read_decimal(text, field=field, name=name)
        except InvoiceRefused as refusal:
            self.findings.append(refusal.finding)
            return None
        return self.to_minor(amount, field=field, name=name, imprecise=imprecise)

    def to_minor(
        self, amount: Decimal, *, field: str, name: str, imprecise: Severity = Severity.ERROR
    ) -> int | None:
        """The amount in minor units, rounded and noted where it is finer; None before a currency is known."""
        if self.currency is None:
            return None
        try:
            return self.currency.minor(amount)
        except DomainError:
            self.note(
                AMOUNT_MORE_PRECISE, field, imprecise, name=name, amount=amount, currency=self.currency.code
            )
            return self.currency.round_minor(amount)

    def give_up(self) -> InvoiceRefused:
        """The refusal for a document whose findings leave no invoice to build."""
        worst = next(finding for finding in self.findings if finding.severity is Severity.ERROR)
        return InvoiceRefused(worst.code, worst.field, worst.message, findings=self.findings)
