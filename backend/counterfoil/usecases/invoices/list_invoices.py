"""Recorded documents, with what is left to finance."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.invoices.invoice import InvoiceType
from counterfoil.ports.store import InvoiceRecord, InvoiceState
from counterfoil.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceSheet:
    """A document. available_minor: what notes and credit notes have left; 0 for a credit note or a duplicate.

    note_ids: every note ever proposed over its invoice.
    """

    record: InvoiceRecord
    available_minor: int
    note_ids: tuple[int, ...]


def list_invoices(bench: Workbench) -> tuple[InvoiceSheet, ...]:
    """Every recorded document, in the order of reading."""
    with bench.store.begin() as work:
        return tuple(
            InvoiceSheet(
                record=record,
                available_minor=_available(bench, record),
                note_ids=work.invoices.notes_over(record.fingerprint),
            )
            for record in work.invoices.all()
        )


def _available(bench: Workbench, record: InvoiceRecord) -> int:
    if record.invoice.type is InvoiceType.CREDIT_NOTE or record.state is InvoiceState.DUPLICATE:
        return 0
    known = bench.read_model.state.invoices.get(record.fingerprint)
    return max(record.invoice.payable_minor, 0) if known is None else known.available_minor
