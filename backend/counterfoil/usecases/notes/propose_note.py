"""Open a note over invoices: the seller proposes it, or the buyer opens it; the other side then signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from counterfoil.domain.errors import DomainError
from counterfoil.domain.events.ledger_events import InvoiceShare
from counterfoil.domain.invoices.invoice import InvoiceType
from counterfoil.domain.money import check_ledger_amount
from counterfoil.domain.states import NoteState
from counterfoil.ports.store import DocumentKind, InvoiceRecord
from counterfoil.usecases import refusals
from counterfoil.usecases.acting import Actor, actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.notes.decide_by_rules import decide_by_rules, note_facts
from counterfoil.usecases.resolving import (
    PartyRef,
    find_invoice,
    party_id_of,
    positive_minor,
    seconds_of,
)
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench

_GIVEN_BACK = frozenset({NoteState.REJECTED, NoteState.WITHDRAWN, NoteState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePart:
    """What of an invoice goes into a note.

    invoice: its number, or the SHA-256 of its file. amount_minor None: all that is left.
    """

    invoice: str
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteOpened(Outcome):
    """A note that waits for the other side's signature."""

    note_id: int
    face_minor: int
    debtor_id: int
    creditor_id: int
    maturity_at: datetime


def propose_note(
    bench: Workbench,
    *,
    actor: PartyRef,
    invoices: Sequence[InvoicePart | str],
    maturity_at: datetime | None = None,
    terms: str = "",
    review: str = "",
) -> NoteOpened:
    """Open a note over invoices of one seller to one buyer in one currency.

    actor: the seller or the buyer. maturity_at: None takes the end (UTC) of the latest due date of the
    invoices. review: reference of the bank's review of a long tenor (rule CN77-11). Raises DomainError
    InvoiceAlreadyFinanced, InvoiceCapacityShort, InvoicesUnlike,
    MaturityMissing, MaturityPassed, RuleBroken and others of refusals, then what the ledger refuses.
    """
    acting = actor_of(bench, actor)
    parts = [_part(each) for each in invoices]
    if not parts:
        raise DomainError(refusals.INVOICES_MISSING)
    records = [_financeable(bench, acting, part.invoice) for part in parts]
    _require_alike(records)
    shares = [_share(bench, part, record) for part, record in zip(parts, records, strict=True)]
    maturity = maturity_at or _maturity_of(records)
    now = bench.now()
    if maturity <= now:
        raise DomainError(refusals.MATURITY_PASSED, maturity=maturity.isoformat(), now=now.isoformat())
    first = records[0]
    debtor_id, creditor_id = party_id_of(bench, first.buyer_key), party_id_of(bench, first.seller_key)
    face_minor = check_ledger_amount(sum(share.amount_minor for share in shares))
    terms_hash = keep_wording(
        bench,
        DocumentKind.TERMS,
        {
            "invoices": [record.content_sha256 for record in records],
            "maturity_at_s": seconds_of(maturity),
            "terms": terms,
        },
    )
    facts = note_facts(bench, first, maturity_at_s=seconds_of(maturity), face_minor=face_minor, review=review)
    decide_by_rules(bench, operation="propose_note", subject=terms_hash.hex(), facts=facts)
    receipt = carry_out(
        bench,
        "propose_note",
        lambda: bench.ledger.propose_note(
            by=acting.key,
            debtor_id=debtor_id,
            creditor_id=creditor_id,
            currency=first.invoice.currency.numeric,
            maturity_at_s=seconds_of(maturity),
            terms_hash=terms_hash,
            invoices=shares,
        ),
    )
    return NoteOpened(
        operation="propose_note",
        receipts=(receipt,),
        note_id=receipt.only("NoteProposed").args["note"],
        face_minor=face_minor,
        debtor_id=debtor_id,
        creditor_id=creditor_id,
        maturity_at=maturity,
    )


def _part(part: InvoicePart | str) -> InvoicePart:
    return InvoicePart(invoice=part) if isinstance(part, str) else part


def _financeable(bench: Workbench, acting: Actor, reference: str) -> InvoiceRecord:
    record = find_invoice(bench, reference, party_key=acting.party.party_key)
    if acting.party.party_key not in (record.seller_key, record.buyer_key):
        raise DomainError(
            refusals.NOT_PARTY_TO_INVOICE, actor=acting.party.name, number=record.invoice.number
        )
    if record.invoice.type is InvoiceType.CREDIT_NOTE:
        raise DomainError(refusals.INVOICE_IS_CREDIT_NOTE, number=record.invoice.number)
    if record.invoice.payable_minor <= 0:
        raise DomainError(
            refusals.INVOICE_NOT_PAYABLE,
            number=record.invoice.number,
            payable=record.invoice.currency.format(record.invoice.payable_minor),
        )
    check_ledger_amount(record.invoice.payable_minor)
    return record


def _require_alike(records: Sequence[InvoiceRecord]) -> None:
    first = records[0]
    for other in records[1:]:
        for field, left, right in (
            ("seller", first.seller_key, other.seller_key),
            ("buyer", first.buyer_key, other.buyer_key),
            ("currency", first.invoice.currency, other.invoice.currency),
        ):
            if left != right:
                raise DomainError(
                    refusals.INVOICES_UNLIKE,
                    left=first.invoice.number,
                    right=other.invoice.number,
                    field=field,
                )


def _share(bench: Workbench, part: InvoicePart, record: InvoiceRecord) -> InvoiceShare:
    """The share, if the invoice has that much left; the refusal names the notes that hold the rest.

    The actor is seller or buyer, so every note over the invoice is one of its own and may be named.
    """
    invoice = record.invoice
    known = bench.read_model.state.invoices.get(record.fingerprint)
    available = invoice.payable_minor if known is None else known.available_minor
    amount = available if part.amount_minor is None else part.amount_minor
    if part.amount_minor is not None:
        positive_minor(amount, invoice.currency, field="amount")
    with bench.store.begin() as work:
        over = work.invoices.notes_over(record.fingerprint)
        standing = work.invoices.by_fingerprint(record.fingerprint)[0]
    holding = [note_id for note_id in over if bench.read_model.state.notes[note_id].state not in _GIVEN_BACK]
    if available <= 0 and holding:
        raise DomainError(
            refusals.INVOICE_FINANCED,
            number=invoice.number,
            notes=", ".join(str(note_id) for note_id in holding),
            earlier_number=standing.invoice.number,
        )
    if amount > available or available <= 0:
        raise DomainError(
            refusals.INVOICE_CAPACITY,
            number=invoice.number,
            available=invoice.currency.format(available),
            requested=invoice.currency.format(amount),
        )
    return InvoiceShare(
        fingerprint=record.fingerprint, payable_minor=invoice.payable_minor, amount_minor=amount
    )


def _maturity_of(records: Sequence[InvoiceRecord]) -> datetime:
    due_dates = [record.invoice.due_date for record in records if record.invoice.due_date is not None]
    if not due_dates:
        raise DomainError(refusals.MATURITY_MISSING)
    return datetime.combine(max(due_dates), time.max, UTC).replace(microsecond=0)
