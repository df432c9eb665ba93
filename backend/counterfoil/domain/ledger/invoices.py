"""Commands over invoices: what may still be financed on them (contracts/interfaces/IInvoices.sol)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from counterfoil.domain.events import ledger_events as ev
from counterfoil.domain.events.ledger_events import InvoiceShare
from counterfoil.domain.ledger.book import NO_HASH, Book, Call, refuse
from counterfoil.domain.refusals import ledger_refusals as codes
from counterfoil.domain.state.ledger_state import InvoiceCapacity, Note


class Invoices:
    """The seller's credit notes, and the capacity that notes take and give back."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._state = book.state

    def credit(
        self,
        call: Call,
        *,
        fingerprint: bytes,
        credit_note: bytes,
        buyer_id: int,
        currency: int,
        payable_minor: int,
        credit_minor: int,
    ) -> None:
        """Record a credit note of the seller; the invoice may be new to the ledger."""
        seller = self._book.actor(call)
        if credit_note == NO_HASH:
            refuse(codes.FINGERPRINT_MISSING)
        if credit_minor == 0:
            refuse(codes.ZERO_AMOUNT)
        if credit_note in self._state.credit_notes:
            refuse(codes.CREDIT_NOTE_USED, credit_note=credit_note)
        wanted = InvoiceCapacity(
            seller_id=seller.party_id, buyer_id=buyer_id, currency=currency, payable_minor=payable_minor
        )
        record = _matching(fingerprint, self._state.invoices.get(fingerprint), wanted)
        _require_capacity(fingerprint, record, credit_minor)
        self._state.credit_notes[credit_note] = fingerprint
        self._state.invoices[fingerprint] = replace(
            record, credited_minor=record.credited_minor + credit_minor
        )
        self._book.record(
            call,
            ev.InvoiceCredited(
                fingerprint=fingerprint,
                credit_note=credit_note,
                seller_id=seller.party_id,
                buyer_id=buyer_id,
                currency=currency,
                payable_minor=payable_minor,
                credit_minor=credit_minor,
            ),
        )

    def reserved(
        self, shares: Sequence[InvoiceShare], *, seller_id: int, buyer_id: int, currency: int
    ) -> dict[bytes, InvoiceCapacity]:
        """The records as they would be with these shares taken; refuses where one does not fit."""
        if not shares:
            refuse(codes.INVOICES_MISSING)
        changed: dict[bytes, InvoiceCapacity] = {}
        for share in shares:
            if share.amount_minor == 0:
                refuse(codes.ZERO_AMOUNT)
            known = changed.get(share.fingerprint) or self._state.invoices.get(share.fingerprint)
            wanted = InvoiceCapacity(
                seller_id=seller_id, buyer_id=buyer_id, currency=currency, payable_minor=share.payable_minor
            )
            record = _matching(share.fingerprint, known, wanted)
            _require_capacity(share.fingerprint, record, share.amount_minor)
            changed[share.fingerprint] = replace(record, used_minor=record.used_minor + share.amount_minor)
        return changed

    def give_back(self, note: Note) -> None:
        """Free the capacity of a note that ends unpaid; a record that holds nothing is forgotten."""
        for share in note.invoices:
            record = self._state.invoices[share.fingerprint]
            left = replace(record, used_minor=record.used_minor - share.amount_minor)
            if left.used_minor or left.credited_minor:
                self._state.invoices[share.fingerprint] = left
            else:
                del self._state.invoices[share.fingerprint]


def _matching(fingerprint: bytes, known: InvoiceCapacity | None, wanted: InvoiceCapacity) -> InvoiceCapacity:
    """The record of an invoice, new or unlike in nothing."""
    if fingerprint == NO_HASH:
        refuse(codes.FINGERPRINT_MISSING)
    if known is None:
        return wanted
    if (known.seller_id, known.buyer_id) != (wanted.seller_id, wanted.buyer_id):
        refuse(
            codes.INVOICE_OF_OTHER_PARTIES,
            fingerprint=fingerprint,
            seller=known.seller_id,
            buyer=known.buyer_id,
        )
    if known.currency != wanted.currency:
        refuse(codes.INVOICE_IN_OTHER_CURRENCY, fingerprint=fingerprint, recorded=known.currency)
    if known.payable_minor != wanted.payable_minor:
        refuse(
            codes.INVOICE_MISMATCH,
            fingerprint=fingerprint,
            recorded_payable_minor=known.payable_minor,
            stated_payable_minor=wanted.payable_minor,
        )
    return known


def _require_capacity(fingerprint: bytes, record: InvoiceCapacity, requested_minor: int) -> None:
    if requested_minor > record.available_minor:
        refuse(
            codes.INVOICE_CAPACITY_EXCEEDED,
            fingerprint=fingerprint,
            available_minor=record.available_minor,
            requested_minor=requested_minor,
        )
