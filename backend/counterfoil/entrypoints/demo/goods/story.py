"""What the demonstration's goods went through, for the result: values along the way, and the audit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from counterfoil.usecases.books.check_books import CheckResult
from counterfoil.usecases.receipts.audit_stock import AuditReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Valued:
    """A facility after something happened. price_minor: of one whole unit; ltv_bps: debt against value."""

    facility_id: int
    at: datetime
    event: str
    price_minor: int
    value_minor: int
    debt_minor: int
    ltv_bps: int


@dataclass(slots=True)
class GoodsStory:
    """What a run gathers beside the ledger. audit: taken when the loan was paid."""

    course: list[Valued] = field(default_factory=list)
    audit: AuditReport | None = None
    checks: list[CheckResult] = field(default_factory=list)
