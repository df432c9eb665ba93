"""Recorded documents, page by page."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from counterfoil.ports.store import InvoiceRecord

InvoicePlace = tuple[datetime, str]
"""When it was recorded, and the SHA-256 of its content: documents are listed in this order."""


class InvoicePages(Protocol):
    """Documents of one party, or of everybody."""

    def page(
        self,
        *,
        party_key: str | None,
        after: InvoicePlace | None,
        number: str | None = None,
        limit: int,
    ) -> tuple[InvoiceRecord, ...]: ...
