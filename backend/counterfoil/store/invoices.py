"""Documents that were read, and the notes that stand on them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, insert, select

from counterfoil.ports.store import InvoiceRecord, InvoiceState, NoteInvoice
from counterfoil.store.json_forms import invoice_from_json, invoice_to_json
from counterfoil.store.schema import invoices, note_invoices


class SqlInvoices:
    """The Invoices protocol on SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: InvoiceRecord) -> None:
        """Keep a document that was read."""
        invoice = record.invoice
        self._connection.execute(
            insert(invoices).values(
                content_sha256=record.content_sha256,
                fingerprint=record.fingerprint.hex(),
                number=invoice.number,
                type=invoice.type.value,
                format=invoice.format.value,
                issue_date=invoice.issue_date,
                due_date=invoice.due_date,
                currency=invoice.currency.code,
                payable_minor=invoice.payable_minor,
                seller_key=record.seller_key,
                buyer_key=record.buyer_key,
                file_name=record.file_name,
                state=record.state.value,
                recorded_at=record.recorded_at,
                invoice_json=invoice_to_json(invoice),
            )
        )

    def by_content(self, content_sha256: str) -> InvoiceRecord | None:
        """The document with this content."""
        found = self._where(invoices.c.content_sha256 == content_sha256)
        return found[0] if found else None

    def by_fingerprint(self, fingerprint: bytes) -> tuple[InvoiceRecord, ...]:
        """All documents of one invoice, the one that stands for it first."""
        found = self._where(invoices.c.fingerprint == fingerprint.hex())
        return tuple(sorted(found, key=lambda each: each.state is not InvoiceState.RECORDED))

    def by_number(self, number: str) -> tuple[InvoiceRecord, ...]:
        """Documents with exactly this number as printed; sellers may share one."""
        return self._where(invoices.c.number == number)

    def all(self) -> tuple[InvoiceRecord, ...]:
        """Every document, in the order of reading."""
        return self._where(True)

    def shares_of_note(self, note_id: int) -> tuple[NoteInvoice, ...]:
        """The invoice shares of a note, in the order of its proposal."""
        rows = self._connection.execute(
            select(note_invoices).where(note_invoices.c.note_id == note_id).order_by(note_invoices.c.position)
        )
        return tuple(
            NoteInvoice(
                note_id=row.note_id,
                fingerprint=bytes.fromhex(row.fingerprint),
                payable_minor=row.payable_minor,
                amount_minor=row.amount_minor,
            )
            for row in rows
        )

    def notes_over(self, fingerprint: bytes) -> tuple[int, ...]:
        """Every note ever proposed over an invoice, in order."""
        found = self._connection.scalars(
            select(note_invoices.c.note_id)
            .where(note_invoices.c.fingerprint == fingerprint.hex())
            .distinct()
            .order_by(note_invoices.c.note_id)
        )
        return tuple(found)

    def _where(self, condition: Any) -> tuple[InvoiceRecord, ...]:
        chosen = select(invoices).order_by(invoices.c.recorded_at, invoices.c.content_sha256)
        if condition is not True:
            chosen = chosen.where(condition)
        return tuple(record_of(row) for row in self._connection.execute(chosen))


def record_of(row: Row[Any]) -> InvoiceRecord:
    """A row of `invoices`."""
    return InvoiceRecord(
        content_sha256=row.content_sha256,
        fingerprint=bytes.fromhex(row.fingerprint),
        seller_key=row.seller_key,
        buyer_key=row.buyer_key,
        file_name=row.file_name,
        state=InvoiceState(row.state),
        recorded_at=row.recorded_at,
        invoice=invoice_from_json(row.invoice_json),
    )
