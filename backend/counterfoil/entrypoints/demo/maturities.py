"""When a note falls due, if nobody says so: the invoice's due date, its terms, or a stated default."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from counterfoil.domain.invoices.invoice import Invoice

DEFAULT_TENOR_DAYS = 90
LONGEST_TENOR_DAYS = 3650
# Credit periods as remarks and terms of payment state them: 账期:120天, 30 days net, 30 Tage netto, 30 dagar.
_DAYS = re.compile(
    r"([0-9]{1,4})\s*(?:天|日|(?:days?|tagen?|dag(?:ar|er|en|e)?|jours?|giorni|d[ií]as)\b)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maturity:
    """A note's maturity and where it comes from: "due date", "payment terms" or "default"."""

    at: datetime
    source: str


def maturity_of(invoice: Invoice, *, now: datetime) -> Maturity:
    """The end (UTC) of the due date, of the credit period after the issue date, or of the default tenor.

    A day counts only where it lies after today and within ten years: a note must live for a while, and an
    invoice that is long past due is financed as if it were fresh.
    """
    today = now.date()
    for day, source in ((invoice.due_date, "due date"), (_agreed(invoice), "payment terms")):
        if day is not None and today < day <= today + timedelta(days=LONGEST_TENOR_DAYS):
            return Maturity(at=_end_of(day), source=source)
    return Maturity(at=_end_of(today + timedelta(days=DEFAULT_TENOR_DAYS)), source="default")


def _agreed(invoice: Invoice) -> date | None:
    stated = [int(days) for days in _DAYS.findall(invoice.payment_terms or "")]
    if not stated:
        return None
    try:
        return invoice.issue_date + timedelta(days=max(stated))
    except OverflowError:
        return None


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), UTC)
