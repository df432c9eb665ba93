"""Take a credit note off the capacity of the invoice that it names."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.errors import DomainError
from counterfoil.domain.invoices.invoice import InvoiceType
from counterfoil.domain.invoices.invoice_number import invoice_fingerprint
from counterfoil.domain.money import check_ledger_amount
from counterfoil.ports.store import InvoiceRecord, InvoiceState
from counterfoil.usecases import refusals
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, find_invoice, party_id_of
from counterfoil.usecases.workbench import Outcome, Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNoteRecorded(Outcome):
    """The invoice and what the credit note took off it."""

    invoice: InvoiceRecord
    credit_minor: int


def record_credit_note(
    bench: Workbench, *, credit_note: str, actor: PartyRef | None = None
) -> CreditNoteRecorded:
    """Record a credit note that was read; its seller signs.

    credit_note: its number, or the SHA-256 of its file. actor: the seller, None takes it from the document.
    Raises DomainError NotACreditNote, CreditedInvoiceMissing, and what the ledger refuses: CreditNoteUsed,
    InvoiceCapacityExceeded.
    """
    seller_key = None if actor is None else actor_of(bench, actor).party.party_key
    note = find_invoice(bench, credit_note, party_key=seller_key)
    if note.invoice.type is not InvoiceType.CREDIT_NOTE:
        raise DomainError(refusals.NOT_A_CREDIT_NOTE, number=note.invoice.number)
    credited = _credited(bench, note)
    acting = actor_of(bench, note.seller_key if actor is None else actor)
    credit_minor = check_ledger_amount(note.invoice.payable_minor)
    payable_minor = check_ledger_amount(credited.invoice.payable_minor)
    buyer_id = party_id_of(bench, credited.buyer_key)
    receipt = carry_out(
        bench,
        "record_credit_note",
        lambda: bench.ledger.credit_invoice(
            by=acting.key,
            fingerprint=credited.fingerprint,
            credit_note=note.fingerprint,
            buyer_id=buyer_id,
            currency=credited.invoice.currency.numeric,
            payable_minor=payable_minor,
            credit_minor=credit_minor,
        ),
    )
    return CreditNoteRecorded(
        operation="record_credit_note", receipts=(receipt,), invoice=credited, credit_minor=credit_minor
    )


def _credited(bench: Workbench, note: InvoiceRecord) -> InvoiceRecord:
    """The one invoice that the credit note names; its own seller's, in its own currency."""
    found: dict[bytes, InvoiceRecord] = {}
    for named in note.invoice.preceding_invoices:
        fingerprint = invoice_fingerprint(
            key=bench.keys.fingerprint_key(), seller_id=note.seller_key, number=named.number
        )
        with bench.store.begin() as work:
            for record in work.invoices.by_fingerprint(fingerprint):
                if record.state is InvoiceState.RECORDED and record.invoice.type is InvoiceType.INVOICE:
                    found[fingerprint] = record
    fitting = [each for each in found.values() if each.invoice.currency == note.invoice.currency]
    if len(fitting) != 1:
        named_numbers = ", ".join(each.number for each in note.invoice.preceding_invoices) or "it names none"
        raise DomainError(refusals.CREDITED_INVOICE_MISSING, number=note.invoice.number, named=named_numbers)
    return fitting[0]
