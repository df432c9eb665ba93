"""Folds of the events of invoices, notes and payments; see counterfoil.domain.projection.fold."""

from __future__ import annotations

from dataclasses import replace

from counterfoil.domain.events import ledger_events as ev
from counterfoil.domain.lot import Lot, LotId
from counterfoil.domain.state.ledger_state import InvoiceCapacity, LedgerState, LotPayment, Note, PaymentRound
from counterfoil.domain.states import LotState, NoteState
from counterfoil.domain.sub_range import SubRange


def invoice_credited(state: LedgerState, event: ev.InvoiceCredited, _: ev.Recorded) -> None:
    """The first mention of an invoice may be its credit note."""
    if event.credit_note in state.credit_notes:
        raise ValueError("the credit note was recorded before")
    record = state.invoices.get(event.fingerprint) or InvoiceCapacity(
        seller_id=event.seller_id,
        buyer_id=event.buyer_id,
        currency=event.currency,
        payable_minor=event.payable_minor,
    )
    state.invoices[event.fingerprint] = replace(
        record, credited_minor=record.credited_minor + event.credit_minor
    )
    state.credit_notes[event.credit_note] = event.fingerprint


def note_proposed(state: LedgerState, event: ev.NoteProposed, recorded: ev.Recorded) -> None:
    """Open the note and take its shares out of the invoices' capacity."""
    if event.note_id != len(state.notes) + 1:
        raise ValueError(f"note {event.note_id} follows {len(state.notes)} notes")
    for share in event.invoices:
        record = state.invoices.get(share.fingerprint) or InvoiceCapacity(
            seller_id=event.creditor_id,
            buyer_id=event.debtor_id,
            currency=event.currency,
            payable_minor=share.payable_minor,
        )
        state.invoices[share.fingerprint] = replace(record, used_minor=record.used_minor + share.amount_minor)
    state.notes[event.note_id] = Note(
        note_id=event.note_id,
        debtor_id=event.debtor_id,
        creditor_id=event.creditor_id,
        proposed_by_debtor=event.by_debtor,
        currency=event.currency,
        face_minor=event.face_minor,
        maturity_at_s=event.maturity_at_s,
        terms_hash=event.terms_hash,
        invoices=event.invoices,
        state=NoteState.PROPOSED,
        proposed_at_s=recorded.at_s,
        proposer_key=recorded.sender,
    )


def note_confirmed(state: LedgerState, event: ev.NoteConfirmed, recorded: ev.Recorded) -> None:
    """The creditor holds the whole range as one free lot."""
    note = _in_state(state, event.note_id, NoteState.PROPOSED)
    state.notes[note.note_id] = replace(
        note,
        state=NoteState.LIVE,
        segment_count=1,
        confirmed_at_s=recorded.at_s,
        confirmer_key=recorded.sender,
    )
    root = LotId.root(note.note_id)
    state.lots[root] = Lot(
        lot_id=root,
        positions=SubRange(1, note.face_minor),
        holder_id=note.creditor_id,
        state=LotState.FREE,
    )


def note_rejected(state: LedgerState, event: ev.NoteRejected, _: ev.Recorded) -> None:
    """The capacity goes back."""
    _give_back(state, _in_state(state, event.note_id, NoteState.PROPOSED), NoteState.REJECTED)


def note_withdrawn(state: LedgerState, event: ev.NoteWithdrawn, _: ev.Recorded) -> None:
    """The capacity goes back."""
    _give_back(state, _in_state(state, event.note_id, NoteState.PROPOSED), NoteState.WITHDRAWN)


def note_cancelled(state: LedgerState, event: ev.NoteCancelled, _: ev.Recorded) -> None:
    """The capacity goes back."""
    _give_back(state, _in_state(state, event.note_id, NoteState.LIVE), NoteState.CANCELLED)


def note_disputed(state: LedgerState, event: ev.NoteDisputed, _: ev.Recorded) -> None:
    """Freeze the note and the amount."""
    note = _in_state(state, event.note_id, NoteState.LIVE, NoteState.MATURED)
    state.notes[note.note_id] = replace(note, state=NoteState.DISPUTED, disputed_minor=event.disputed_minor)


def dispute_withdrawn(state: LedgerState, event: ev.DisputeWithdrawn, _: ev.Recorded) -> None:
    """Back to what the event says."""
    note = _in_state(state, event.note_id, NoteState.DISPUTED)
    state.notes[note.note_id] = replace(note, state=event.state, disputed_minor=0)


def dispute_resolved(state: LedgerState, event: ev.DisputeResolved, _: ev.Recorded) -> None:
    """What is upheld is owed no more."""
    note = _in_state(state, event.note_id, NoteState.DISPUTED)
    state.notes[note.note_id] = replace(
        note, state=event.state, disputed_minor=0, reduced_minor=note.reduced_minor + event.upheld_minor
    )


def note_matured(state: LedgerState, event: ev.NoteMatured, _: ev.Recorded) -> None:
    """Only a live note matures by an event; a dispute that ends later says so itself."""
    note = _in_state(state, event.note_id, NoteState.LIVE)
    state.notes[note.note_id] = replace(note, state=NoteState.MATURED)


def note_overdue(state: LedgerState, event: ev.NoteOverdue, _: ev.Recorded) -> None:
    """Unpaid a day after maturity."""
    note = _in_state(state, event.note_id, NoteState.MATURED)
    state.notes[note.note_id] = replace(note, state=NoteState.OVERDUE)


def note_written_off(state: LedgerState, event: ev.NoteWrittenOff, _: ev.Recorded) -> None:
    """Shown as given up, never as paid."""
    note = _in_state(state, event.note_id, NoteState.OVERDUE)
    if event.unpaid_minor != note.open_minor:
        raise ValueError(f"{event.unpaid_minor} written off of {note.open_minor} unpaid")
    state.notes[note.note_id] = replace(
        note, state=NoteState.WRITTEN_OFF, written_off_minor=event.unpaid_minor
    )


def payment_applied(state: LedgerState, event: ev.PaymentApplied, recorded: ev.Recorded) -> None:
    """Book the shares on their lots and move the round to the last of them."""
    note = _in_state(state, event.note_id, NoteState.MATURED, NoteState.OVERDUE, NoteState.DISPUTED)
    cursor = note.round.cursor if note.round else 0
    reached = note.round.reached_minor if note.round else 0
    for payout in event.payouts:
        lot = state.lots[payout.lot_id]
        if lot.first != cursor + 1:
            raise ValueError(f"lot {lot.lot_id} does not follow position {cursor}")
        if payout.state_before is not lot.state or payout.party_id != lot.holder_id:
            raise ValueError(f"lot {lot.lot_id} is held otherwise")
        cursor = lot.last
        reached += lot.unpaid_minor
        settled = replace(lot, state=LotState.SETTLED, offeree_id=None) if event.final_round else lot
        state.lots[lot.lot_id] = replace(settled, paid_minor=lot.paid_minor + payout.amount_minor)
        state.payments[lot.lot_id] = (
            *state.payments.get(lot.lot_id, ()),
            LotPayment(
                at_s=recorded.at_s,
                party_id=payout.party_id,
                amount_minor=payout.amount_minor,
                final=event.final_round,
            ),
        )
    if cursor == note.face_minor:
        note = replace(note, paid_minor=note.paid_minor + event.round_minor, round=None)
    else:
        note = replace(
            note,
            round=PaymentRound(amount_minor=event.round_minor, cursor=cursor, reached_minor=reached),
        )
    state.notes[note.note_id] = note


def note_settled(state: LedgerState, event: ev.NoteSettled, _: ev.Recorded) -> None:
    """The end of the note."""
    note = _in_state(state, event.note_id, NoteState.MATURED, NoteState.OVERDUE, NoteState.DISPUTED)
    if note.paid_minor != event.paid_minor:
        raise ValueError(f"{event.paid_minor} paid, but the payments make {note.paid_minor}")
    state.notes[note.note_id] = replace(note, state=NoteState.SETTLED)


def _in_state(state: LedgerState, note_id: int, *expected: NoteState) -> Note:
    note = state.notes[note_id]
    if note.state not in expected:
        raise ValueError(f"note {note_id} is {note.state.name}")
    return note


def _give_back(state: LedgerState, note: Note, end: NoteState) -> None:
    """A record that holds nothing any more is forgotten, as the contract forgets it."""
    for share in note.invoices:
        record = state.invoices[share.fingerprint]
        used = record.used_minor - share.amount_minor
        if used == 0 and record.credited_minor == 0:
            del state.invoices[share.fingerprint]
        else:
            state.invoices[share.fingerprint] = replace(record, used_minor=used)
    state.notes[note.note_id] = replace(note, state=end)
