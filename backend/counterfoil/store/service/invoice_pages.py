"""Recorded documents page by page, in the order of recording."""

from __future__ import annotations

from sqlalchemy import Connection, and_, or_, select

from counterfoil.ports.invoice_pages import InvoicePlace
from counterfoil.ports.store import InvoiceRecord
from counterfoil.store.invoices import record_of
from counterfoil.store.schema import invoices


class SqlInvoicePages:
    """The InvoicePages protocol on SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(
        self,
        *,
        party_key: str | None,
        after: InvoicePlace | None,
        number: str | None = None,
        limit: int,
    ) -> tuple[InvoiceRecord, ...]:
        """Documents after a place. party_key: only those that it sells or buys with; None: all."""
        query = select(invoices).order_by(invoices.c.recorded_at, invoices.c.content_sha256).limit(limit)
        if party_key is not None:
            query = query.where(or_(invoices.c.seller_key == party_key, invoices.c.buyer_key == party_key))
        if number is not None:
            query = query.where(invoices.c.number == number)
        if after is not None:
            recorded_at, content = after
            query = query.where(
                or_(
                    invoices.c.recorded_at > recorded_at,
                    and_(invoices.c.recorded_at == recorded_at, invoices.c.content_sha256 > content),
                )
            )
        return tuple(record_of(row) for row in self._connection.execute(query))
