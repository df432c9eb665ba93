"""Strict reading of numbers, dates and text: what XML Schema allows and nothing more lenient."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from counterfoil.domain.invoices.invoice_findings import FIELD_MALFORMED, TOO_COMPLEX
from counterfoil.ingest.protocol import InvoiceRefused, ReadLimits
from counterfoil.ingest.safe_xml import refuse

# Not \d, which also matches full-width and Indic digits; no exponent, no NaN, no infinity.
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_PLAIN_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_XML_SPACE = " \t\r\n"


def malformed(field: str, *, name: str, seen: str, reason: str) -> InvoiceRefused:
    """The refusal of one field's value, quoting at most 60 characters of it."""
    return refuse(FIELD_MALFORMED, field, name=name, seen=seen[:60], reason=reason)


def read_decimal(text: str, *, field: str, name: str) -> Decimal:
    """An XML Schema decimal of at most 18 digits before the point and 12 after. Raises InvoiceRefused."""
    stripped = text.strip(_XML_SPACE)
    if not _DECIMAL.fullmatch(stripped):
        raise malformed(field, name=name, seen=stripped, reason="is not a plain decimal number")
    return Decimal(stripped)


def read_date(text: str, *, field: str, name: str) -> date:
    """A date written 2026-11-22 (a time zone is ignored) or 20261122. Raises InvoiceRefused."""
    stripped = text.strip(_XML_SPACE)
    match = _ISO_DATE.fullmatch(stripped) or _PLAIN_DATE.fullmatch(stripped)
    if match is None:
        raise malformed(field, name=name, seen=stripped, reason="is not a date like 2026-11-22")
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise malformed(field, name=name, seen=stripped, reason="is not a day of the calendar") from None


def read_text(text: str | None, *, field: str, limits: ReadLimits) -> str:
    """The text without surrounding whitespace; empty for None. Raises InvoiceRefused if it is too long."""
    if text is None:
        return ""
    if len(text) > limits.max_field_chars:
        raise refuse(TOO_COMPLEX, field, what="the length of this field", limit=limits.max_field_chars)
    return text.strip()
