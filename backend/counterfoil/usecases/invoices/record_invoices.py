"""Read documents into the store: each is recorded once, and each refusal says why.

Nothing here touches the ledger but the registration of parties that are new; an invoice reaches the ledger
with the note that stands on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from counterfoil.domain.errors import DomainError
from counterfoil.domain.invoices.invoice import Invoice, Severity
from counterfoil.domain.invoices.invoice_number import invoice_fingerprint
from counterfoil.ports.store import InvoiceReadResult, InvoiceRecord, InvoiceState, PartyRecord
from counterfoil.usecases import refusals
from counterfoil.usecases.parties.onboarding import Roster
from counterfoil.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDocument:
    """One file. file_name: for messages only, the format is found by content."""

    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedDocument:
    """A file that was not recorded as an invoice of its own, and why."""

    file_name: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedInvoices:
    """What became of a batch.

    recorded: documents that stand for their invoices, those known from before among them. onboarded: parties
    that were new.
    """

    recorded: tuple[InvoiceRecord, ...]
    rejected: tuple[RejectedDocument, ...]
    onboarded: tuple[PartyRecord, ...]


def record_invoices(
    bench: Workbench, *, documents: Sequence[InvoiceDocument], onboard: bool = True
) -> RecordedInvoices:
    """Read, check and keep documents, in their order; sellers and buyers become parties.

    onboard False refuses documents of parties that are not registered. Recording the same file again changes
    nothing. A document that says a known invoice in other words is kept as a duplicate and reported in
    `rejected`. Never raises for bad documents.
    """
    rejected: list[RejectedDocument] = []
    readable = []
    roster = Roster(bench)
    for document in documents:
        result = bench.read_document(document.content, file_name=document.file_name)
        if result.invoice is None or result.refused:
            rejected.append(_refused_by_reader(document.file_name, result))
            continue
        try:
            if onboard:
                roster.note_document(result.invoice.seller, result.invoice.buyer)
        except DomainError as refused:
            rejected.append(_rejection(document.file_name, refused))
            continue
        readable.append((document.file_name, result.invoice))
    onboarded = roster.register() if onboard else ()
    recorded = []
    for file_name, invoice in readable:
        try:
            recorded.append(record_read(bench, roster, file_name, invoice))
        except DomainError as refused:
            rejected.append(_rejection(file_name, refused))
    return RecordedInvoices(recorded=tuple(recorded), rejected=tuple(rejected), onboarded=onboarded)


def _refused_by_reader(file_name: str, result: InvoiceReadResult) -> RejectedDocument:
    first = next(found for found in result.findings if found.severity is Severity.ERROR)
    return RejectedDocument(file_name=file_name, code=first.code, message=f"{first.field}: {first.message}")


def _rejection(file_name: str, refused: DomainError) -> RejectedDocument:
    return RejectedDocument(file_name=file_name, code=refused.code, message=refused.message)


def record_read(
    bench: Workbench, roster: Roster, file_name: str, invoice: Invoice, *, told_key: str | None = None
) -> InvoiceRecord:
    """Keep one document that was read, or find it. Raises DomainError where it is not the first of its
    invoice, or where a party is not registered.

    told_key: the party that reads the refusal, which says nothing of a document that is neither from nor to
    that party; None: who may read all of them.
    """
    seller_key = roster.party_key_of(invoice.seller)
    buyer_key = roster.party_key_of(invoice.buyer)
    if seller_key == buyer_key:
        # A later document of the batch may have shown that two identifiers belong together.
        raise DomainError(refusals.INVOICE_TO_SELF, seller=invoice.seller.name, buyer=invoice.buyer.name)
    fingerprint = invoice_fingerprint(
        key=bench.keys.fingerprint_key(), seller_id=seller_key, number=invoice.number
    )
    fresh = InvoiceRecord(
        content_sha256=invoice.content_sha256,
        fingerprint=fingerprint,
        seller_key=seller_key,
        buyer_key=buyer_key,
        file_name=file_name,
        state=InvoiceState.RECORDED,
        recorded_at=datetime.now(UTC),
        invoice=invoice,
    )
    with bench.store.begin() as work:
        same_file = work.invoices.by_content(fresh.content_sha256)
        others = work.invoices.by_fingerprint(fingerprint)
        if same_file is None and not others:
            work.invoices.add(fresh)
            return fresh
        if same_file is not None and same_file.state is InvoiceState.RECORDED:
            return same_file
        refusal = _second_document(others[0], fresh)
        if told_key is not None and told_key not in (others[0].seller_key, others[0].buyer_key):
            # Anybody can name a seller and a number; the answer must not be what is on the true invoice.
            refusal = DomainError(
                refusals.INVOICE_OF_ANOTHER, number=invoice.number, seller=invoice.seller.name
            )
        if same_file is None:
            work.invoices.add(_as_duplicate(fresh))
    raise refusal


def _as_duplicate(record: InvoiceRecord) -> InvoiceRecord:
    return InvoiceRecord(
        content_sha256=record.content_sha256,
        fingerprint=record.fingerprint,
        seller_key=record.seller_key,
        buyer_key=record.buyer_key,
        file_name=record.file_name,
        state=InvoiceState.DUPLICATE,
        recorded_at=record.recorded_at,
        invoice=record.invoice,
    )


def _second_document(earlier: InvoiceRecord, fresh: InvoiceRecord) -> DomainError:
    """Why a further document of a known invoice is refused: it repeats the first, or contradicts it."""
    then, now = earlier.invoice, fresh.invoice
    compared = (
        ("the direction", then.type.value, now.type.value),
        ("the currency", then.currency.code, now.currency.code),
        (
            "the payable amount",
            then.currency.format(then.payable_minor),
            now.currency.format(now.payable_minor),
        ),
        ("the buyer", earlier.buyer_key, fresh.buyer_key),
    )
    for field, before, here in compared:
        if before != here:
            return DomainError(
                refusals.INVOICE_CONTRADICTS,
                number=now.number,
                seller=now.seller.name,
                earlier_file=earlier.file_name,
                field=field,
                earlier=before,
                now=here,
            )
    return DomainError(
        refusals.INVOICE_DUPLICATE,
        number=now.number,
        seller=now.seller.name,
        earlier_file=earlier.file_name,
        earlier_format=then.format.value,
        earlier_number=then.number,
    )
