"""Operations over notes: from proposal to payment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from counterfoil.domain.errors import DomainError
from counterfoil.domain.money import CURRENCY_MISMATCH, Currency, Money
from counterfoil.domain.states import Office
from counterfoil.entrypoints.operations.fields import (
    Amount,
    Evidence,
    LongText,
    Moment,
    MoneyBody,
    NoteId,
    Reason,
    Text,
)
from counterfoil.entrypoints.operations.operation import Body, Desk, Operation
from counterfoil.ports.engine import EventRecord
from counterfoil.usecases.notes.cancel_note import cancel_note
from counterfoil.usecases.notes.confirm_note import confirm_note
from counterfoil.usecases.notes.dispute_note import dispute_note
from counterfoil.usecases.notes.mark_matured import mark_matured
from counterfoil.usecases.notes.mark_overdue import mark_overdue
from counterfoil.usecases.notes.propose_note import InvoicePart, propose_note
from counterfoil.usecases.notes.reject_note import reject_note
from counterfoil.usecases.notes.resolve_dispute import resolve_dispute
from counterfoil.usecases.notes.settle_note import settle_note
from counterfoil.usecases.notes.withdraw_dispute import withdraw_dispute
from counterfoil.usecases.notes.withdraw_note import withdraw_note
from counterfoil.usecases.notes.write_off import write_off
from counterfoil.usecases.resolving import find_note

RESOURCE = "notes"
_MOST_INVOICES = 64


class InvoiceShareBody(Body):
    """An invoice behind a note, or a part of it."""

    invoice: Annotated[
        Text,
        Field(
            description="Number of the invoice, or SHA-256 of its file in hexadecimal.",
            examples=["RE-2026-0815"],
        ),
    ]
    amount: Annotated[Amount | None, Field(description="Left out: all that is left of the invoice.")] = None


class ProposeNote(Body):
    """Open a note over invoices of one seller to one buyer, as either. The other side then confirms."""

    invoices: Annotated[tuple[InvoiceShareBody, ...], Field(min_length=1, max_length=_MOST_INVOICES)]
    maturity_at: Annotated[
        Moment | None,
        Field(
            description="When the note is due. Left out: the end (UTC) of the invoices' latest due date.",
            examples=["2027-03-31T23:59:59Z"],
        ),
    ] = None
    terms: Annotated[
        LongText | None,
        Field(
            description="Terms beside the law's. Kept, the ledger has their hash.", examples=["Net 90 days"]
        ),
    ] = None
    review: Annotated[
        Text | None,
        Field(
            description="Reference of the bank's review, where a rule asks one of a long tenor.",
            examples=["Review 2026-77 of the house bank"],
        ),
    ] = None


class ConfirmNote(Body):
    """Sign a proposed note as the side that did not propose it; the note is live from here on."""

    note_id: NoteId
    face: Annotated[Amount | None, Field(description="The face that you mean; left out: as proposed.")] = None


class RejectNote(Body):
    """Refuse a proposed note as the side that did not propose it."""

    note_id: NoteId
    reason: Reason


class WithdrawNote(Body):
    """Take a proposal back, as the side that proposed."""

    note_id: NoteId


class CancelNote(Body):
    """Give a live note up, as the creditor that still holds all of it; its invoices are free again."""

    note_id: NoteId
    reason: Reason


class DisputeNote(Body):
    """Dispute an amount, as the debtor; the rest stays payable."""

    note_id: NoteId
    disputed: Annotated[Amount, Field(description="What is disputed.")]
    evidence: Evidence


class WithdrawDispute(Body):
    """Take a dispute back, as the debtor; the whole amount is payable again."""

    note_id: NoteId


class ResolveDispute(Body):
    """Decide a dispute, as the arbiter."""

    note_id: NoteId
    upheld: Annotated[MoneyBody, Field(description="What is no longer owed; 0 where the debtor was wrong.")]
    reason: Reason


class MarkMatured(Body):
    """Record that maturity has come."""

    note_id: NoteId


class MarkOverdue(Body):
    """Record that a note was not paid within a day of its maturity."""

    note_id: NoteId


class WriteOff(Body):
    """Give up what is unpaid on an overdue note, as the arbiter."""

    note_id: NoteId
    reason: Reason


class SettleNote(Body):
    """Pay a matured note, as its debtor: every holder gets its share, a pledgee before its pledgor."""

    note_id: NoteId
    amount: Annotated[Amount | None, Field(description="A part; left out: all that is due.")] = None


def _propose(desk: Desk, body: ProposeNote) -> object:
    return propose_note(
        desk.bench,
        actor=desk.party,
        invoices=[_part(desk, share) for share in body.invoices],
        maturity_at=None if body.maturity_at is None else body.maturity_at.astimezone(UTC),
        terms=body.terms or "",
        review=body.review or "",
    )


def _part(desk: Desk, share: InvoiceShareBody) -> InvoicePart:
    found = desk.own_invoice(share.invoice)
    if share.amount is None:
        return InvoicePart(invoice=found.content_sha256)
    if share.amount.currency != found.invoice.currency.code:
        raise DomainError(CURRENCY_MISMATCH, left=share.amount.currency, right=found.invoice.currency.code)
    return InvoicePart(invoice=found.content_sha256, amount_minor=share.amount.amount_minor)


def _proposed(desk: Desk, body: ProposeNote) -> Money | None:
    """The sum over the invoices: a part where one is stated, else what is left of the invoice."""
    total: Money | None = None
    for share in body.invoices:
        if share.amount is not None:
            part = share.amount.money
        else:
            record = desk.own_invoice(share.invoice)
            capacity = desk.bench.read_model.state.invoices.get(record.fingerprint)
            minor = record.invoice.payable_minor if capacity is None else capacity.available_minor
            part = Money(minor, record.invoice.currency)
        total = part if total is None else total + part
    return total


def _face(desk: Desk, note_id: int) -> Money:
    note = find_note(desk.bench, note_id)
    return Money(note.face_minor, Currency.of_numeric(note.currency))


def _due(desk: Desk, body: SettleNote) -> Money:
    if body.amount is not None:
        return body.amount.money
    note = find_note(desk.bench, body.note_id)
    minor = note.open_minor - note.disputed_minor if note.round is None else note.round.amount_minor
    return Money(minor, Currency.of_numeric(note.currency))


def _is_paying(desk: Desk, body: SettleNote, _events: Sequence[EventRecord]) -> bool:
    """A payment that reached only some of the lots goes on; one that reached all must not begin anew."""
    return find_note(desk.bench, body.note_id).round is not None


def _settle(desk: Desk, body: SettleNote) -> object:
    if desk.steps_done and not _is_paying(desk, body, ()):
        # Another command, or the debtor itself, paid the rest of this payment: another one was not asked for.
        return None
    return settle_note(
        desk.bench,
        note_id=body.note_id,
        actor=desk.party,
        amount_minor=None if body.amount is None else desk.minor_of_note(body.amount, body.note_id),
    )


def _resolve(desk: Desk, body: ResolveDispute) -> object:
    return resolve_dispute(
        desk.bench,
        note_id=body.note_id,
        upheld_minor=desk.minor_of_note(body.upheld, body.note_id),
        reason=body.reason,
    )


def _until(body: ProposeNote) -> str:
    return "" if body.maturity_at is None else f", due {datetime.date(body.maturity_at.astimezone(UTC))}"


OPERATIONS = (
    Operation(
        name="propose_note",
        resource=RESOURCE,
        path="/notes",
        summary="Propose a note",
        body=ProposeNote,
        run=_propose,
        sentence=lambda desk, body: (
            f"Propose a note of {_proposed(desk, body)} over"
            f" {', '.join(share.invoice for share in body.invoices)}{_until(body)}"
        ),
        looked_up=_proposed,
    ),
    Operation(
        name="confirm_note",
        resource=RESOURCE,
        path="/notes/{note_id}/confirm",
        summary="Confirm a note",
        body=ConfirmNote,
        run=lambda desk, body: confirm_note(
            desk.bench,
            actor=desk.party,
            note_id=body.note_id,
            face_minor=None if body.face is None else desk.minor_of_note(body.face, body.note_id),
        ),
        sentence=lambda desk, body: f"Confirm note {body.note_id} of {_face(desk, body.note_id)}",
        looked_up=lambda desk, body: _face(desk, body.note_id),
    ),
    Operation(
        name="reject_note",
        resource=RESOURCE,
        path="/notes/{note_id}/reject",
        summary="Reject a note",
        body=RejectNote,
        run=lambda desk, body: reject_note(
            desk.bench, actor=desk.party, note_id=body.note_id, reason=body.reason
        ),
        sentence=lambda _desk, body: f"Reject note {body.note_id}: {body.reason}",
    ),
    Operation(
        name="withdraw_note",
        resource=RESOURCE,
        path="/notes/{note_id}/withdraw",
        summary="Withdraw a note",
        body=WithdrawNote,
        run=lambda desk, body: withdraw_note(desk.bench, actor=desk.party, note_id=body.note_id),
        sentence=lambda _desk, body: f"Withdraw the proposed note {body.note_id}",
    ),
    Operation(
        name="cancel_note",
        resource=RESOURCE,
        path="/notes/{note_id}/cancel",
        summary="Cancel a note",
        body=CancelNote,
        run=lambda desk, body: cancel_note(
            desk.bench, actor=desk.party, note_id=body.note_id, reason=body.reason
        ),
        sentence=lambda desk, body: (
            f"Cancel note {body.note_id} of {_face(desk, body.note_id)}: {body.reason}"
        ),
        looked_up=lambda desk, body: _face(desk, body.note_id),
    ),
    Operation(
        name="dispute_note",
        resource=RESOURCE,
        path="/notes/{note_id}/dispute",
        summary="Dispute a note",
        body=DisputeNote,
        run=lambda desk, body: dispute_note(
            desk.bench,
            actor=desk.party,
            note_id=body.note_id,
            disputed_minor=desk.minor_of_note(body.disputed, body.note_id),
            evidence=body.evidence,
        ),
        sentence=lambda _desk, body: f"Dispute {body.disputed.money} of note {body.note_id}: {body.evidence}",
        stated=lambda body: body.disputed.money,
    ),
    Operation(
        name="withdraw_dispute",
        resource=RESOURCE,
        path="/notes/{note_id}/withdraw-dispute",
        summary="Withdraw a dispute of a note",
        body=WithdrawDispute,
        run=lambda desk, body: withdraw_dispute(desk.bench, actor=desk.party, note_id=body.note_id),
        sentence=lambda _desk, body: f"Take the dispute of note {body.note_id} back",
    ),
    Operation(
        name="resolve_dispute",
        resource=RESOURCE,
        path="/notes/{note_id}/resolve-dispute",
        summary="Resolve a dispute of a note",
        body=ResolveDispute,
        office=Office.ARBITER,
        run=_resolve,
        sentence=lambda _desk, body: (
            f"Decide the dispute of note {body.note_id}: {body.upheld.money} is no longer owed; {body.reason}"
        ),
        stated=lambda body: body.upheld.money,
    ),
    Operation(
        name="mark_matured",
        resource=RESOURCE,
        path="/notes/{note_id}/mature",
        summary="Record maturity",
        body=MarkMatured,
        run=lambda desk, body: mark_matured(desk.bench, actor=desk.party, note_id=body.note_id),
        sentence=lambda _desk, body: f"Record that note {body.note_id} is matured",
    ),
    Operation(
        name="mark_overdue",
        resource=RESOURCE,
        path="/notes/{note_id}/overdue",
        summary="Record that a note is overdue",
        body=MarkOverdue,
        run=lambda desk, body: mark_overdue(desk.bench, actor=desk.party, note_id=body.note_id),
        sentence=lambda _desk, body: f"Record that note {body.note_id} is overdue",
    ),
    Operation(
        name="write_off",
        resource=RESOURCE,
        path="/notes/{note_id}/write-off",
        summary="Write a note off",
        body=WriteOff,
        office=Office.ARBITER,
        run=lambda desk, body: write_off(desk.bench, note_id=body.note_id, reason=body.reason),
        sentence=lambda _desk, body: f"Write off what is unpaid on note {body.note_id}: {body.reason}",
    ),
    Operation(
        name="settle_note",
        resource=RESOURCE,
        path="/notes/{note_id}/settle",
        summary="Pay a note",
        body=SettleNote,
        run=_settle,
        sentence=lambda desk, body: f"Pay {_due(desk, body)} of note {body.note_id}",
        looked_up=_due,
        goes_on=_is_paying,
    ),
)
