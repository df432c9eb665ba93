"""Commands over notes: both signatures, disputes, maturity (contracts/interfaces/INotes.sol)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from counterfoil.domain.events import ledger_events as ev
from counterfoil.domain.events.ledger_events import InvoiceShare
from counterfoil.domain.interest import SECONDS_A_DAY
from counterfoil.domain.ledger.book import NO_HASH, Book, Call, refuse
from counterfoil.domain.ledger.invoices import Invoices
from counterfoil.domain.ledger.share_hash import shares_hash
from counterfoil.domain.lot import Lot, LotId
from counterfoil.domain.money import MAX_AMOUNT_MINOR
from counterfoil.domain.refusals import ledger_refusals as codes
from counterfoil.domain.state.ledger_state import Note
from counterfoil.domain.states import LotState, NoteState, Office, PartyRole
from counterfoil.domain.sub_range import SubRange

OVERDUE_AFTER_S = SECONDS_A_DAY


class Notes:
    """The commands of creditor, debtor and arbiter, and what anybody may record when time has passed."""

    def __init__(self, book: Book, invoices: Invoices) -> None:
        self._book = book
        self._state = book.state
        self._invoices = invoices

    def propose(
        self,
        call: Call,
        *,
        debtor_id: int,
        creditor_id: int,
        currency: int,
        maturity_at_s: int,
        terms_hash: bytes,
        invoices: Sequence[InvoiceShare],
    ) -> int:
        """The first signature, of either side; returns the number of the note."""
        by_debtor = self._check_sides(call, debtor_id=debtor_id, creditor_id=creditor_id)
        if maturity_at_s <= call.now_s:
            refuse(codes.MATURITY_IN_PAST, maturity_at=maturity_at_s, now_at=call.now_s)
        if terms_hash == NO_HASH:
            refuse(codes.TERMS_HASH_MISSING)
        reserved = self._invoices.reserved(
            invoices, seller_id=creditor_id, buyer_id=debtor_id, currency=currency
        )
        face_minor = sum(share.amount_minor for share in invoices)
        if face_minor > MAX_AMOUNT_MINOR:
            refuse(codes.FACE_TOO_LARGE, face_minor=face_minor, maximum_minor=MAX_AMOUNT_MINOR)
        event = ev.NoteProposed(
            note_id=len(self._state.notes) + 1,
            debtor_id=debtor_id,
            creditor_id=creditor_id,
            by_debtor=by_debtor,
            currency=currency,
            face_minor=face_minor,
            maturity_at_s=maturity_at_s,
            terms_hash=terms_hash,
            invoices=tuple(invoices),
        )
        self._state.invoices.update(reserved)
        self._state.notes[event.note_id] = Note(
            note_id=event.note_id,
            debtor_id=debtor_id,
            creditor_id=creditor_id,
            proposed_by_debtor=by_debtor,
            currency=currency,
            face_minor=face_minor,
            maturity_at_s=maturity_at_s,
            terms_hash=terms_hash,
            invoices=event.invoices,
            state=NoteState.PROPOSED,
            proposed_at_s=call.now_s,
            proposer_key=call.key,
        )
        self._book.record(call, event)
        return event.note_id

    def confirm(self, call: Call, *, note_id: int, face_minor: int) -> None:
        """The other side's signature, on the face that it saw."""
        note = self._in_state(note_id, NoteState.PROPOSED)
        self._book.require_actor(call, note.other_side_id)
        if note.face_minor != face_minor:
            refuse(codes.FACE_UNLIKE, note=note_id, face_minor=note.face_minor, stated_minor=face_minor)
        if note.maturity_at_s <= call.now_s:
            refuse(codes.MATURITY_IN_PAST, maturity_at=note.maturity_at_s, now_at=call.now_s)
        root = LotId.root(note_id)
        self._state.lots[root] = Lot(
            lot_id=root,
            positions=SubRange(1, note.face_minor),
            holder_id=note.creditor_id,
            state=LotState.FREE,
        )
        self._put(
            replace(
                note,
                state=NoteState.LIVE,
                segment_count=1,
                confirmed_at_s=call.now_s,
                confirmer_key=call.key,
            )
        )
        self._book.record(call, ev.NoteConfirmed(note_id=note_id))

    def reject(
        self, call: Call, *, note_id: int, invoices: Sequence[InvoiceShare], reason_hash: bytes
    ) -> None:
        """The other side refuses. invoices: as proposed."""
        note = self._in_state(note_id, NoteState.PROPOSED)
        self._book.require_actor(call, note.other_side_id)
        self._end(note, NoteState.REJECTED, invoices)
        self._book.record(call, ev.NoteRejected(note_id=note_id, reason_hash=reason_hash))

    def withdraw(self, call: Call, *, note_id: int, invoices: Sequence[InvoiceShare]) -> None:
        """The proposing side takes its proposal back."""
        note = self._in_state(note_id, NoteState.PROPOSED)
        self._book.require_actor(call, note.proposer_id)
        self._end(note, NoteState.WITHDRAWN, invoices)
        self._book.record(call, ev.NoteWithdrawn(note_id=note_id))

    def cancel(
        self, call: Call, *, note_id: int, invoices: Sequence[InvoiceShare], reason_hash: bytes
    ) -> None:
        """The creditor gives the claim up, as long as it holds all of it, free."""
        note = self._in_state(note_id, NoteState.LIVE)
        self._book.require_actor(call, note.creditor_id)
        root = self._state.lots[LotId.root(note_id)]
        if root.state is LotState.SPLIT:
            refuse(codes.NOTE_DIVIDED, note=note_id)
        if root.state is not LotState.FREE:
            refuse(
                codes.UNEXPECTED_LOT_STATE,
                lot=root.lot_id.number,
                current=root.state,
                expected=LotState.FREE,
            )
        if root.holder_id != note.creditor_id:
            refuse(codes.NOT_HOLDER, lot=root.lot_id.number, actor=note.creditor_id, holder=root.holder_id)
        self._end(note, NoteState.CANCELLED, invoices)
        self._book.record(call, ev.NoteCancelled(note_id=note_id, reason_hash=reason_hash))

    def dispute(self, call: Call, *, note_id: int, amount_minor: int, evidence_hash: bytes) -> None:
        """The debtor disputes an amount that is unpaid."""
        note = self._in_state(note_id, NoteState.LIVE, also=NoteState.MATURED)
        self._book.require_actor(call, note.debtor_id)
        _require_no_round(note)
        if amount_minor == 0:
            refuse(codes.ZERO_AMOUNT)
        if amount_minor > note.open_minor:
            refuse(
                codes.DISPUTE_TOO_LARGE,
                note=note_id,
                available_minor=note.open_minor,
                requested_minor=amount_minor,
            )
        self._put(replace(note, state=NoteState.DISPUTED, disputed_minor=amount_minor))
        self._book.record(
            call,
            ev.NoteDisputed(note_id=note_id, disputed_minor=amount_minor, evidence_hash=evidence_hash),
        )

    def withdraw_dispute(self, call: Call, *, note_id: int) -> None:
        """The debtor takes its dispute back."""
        note = self._in_state(note_id, NoteState.DISPUTED)
        self._book.require_actor(call, note.debtor_id)
        _require_no_round(note)
        state = _after_dispute(call, note)
        self._put(replace(note, state=state, disputed_minor=0))
        self._book.record(call, ev.DisputeWithdrawn(note_id=note_id, state=state))

    def resolve_dispute(self, call: Call, *, note_id: int, upheld_minor: int, reason_hash: bytes) -> None:
        """The arbiter says how much of the dispute stands; that is owed no more."""
        self._book.require_office(call, Office.ARBITER)
        note = self._in_state(note_id, NoteState.DISPUTED)
        _require_no_round(note)
        if upheld_minor > note.disputed_minor:
            refuse(
                codes.DISPUTE_TOO_LARGE,
                note=note_id,
                available_minor=note.disputed_minor,
                requested_minor=upheld_minor,
            )
        state = _after_dispute(call, note)
        self._put(
            replace(note, state=state, disputed_minor=0, reduced_minor=note.reduced_minor + upheld_minor)
        )
        self._book.record(
            call,
            ev.DisputeResolved(
                note_id=note_id, upheld_minor=upheld_minor, state=state, reason_hash=reason_hash
            ),
        )

    def mark_matured(self, call: Call, *, note_id: int) -> None:
        """Record that maturity has come."""
        note = self._in_state(note_id, NoteState.LIVE)
        require_matured(call, note)
        self.mature(call, note)

    def mark_overdue(self, call: Call, *, note_id: int) -> None:
        """Record that the note is unpaid a day after its maturity."""
        note = self._in_state(note_id, NoteState.MATURED, also=NoteState.LIVE)
        if note.state is NoteState.LIVE:
            require_matured(call, note)
        overdue_at_s = note.maturity_at_s + OVERDUE_AFTER_S
        if call.now_s < overdue_at_s:
            refuse(codes.NOT_OVERDUE, note=note_id, overdue_at=overdue_at_s, now_at=call.now_s)
        if note.state is NoteState.LIVE:
            note = self.mature(call, note)
        self._put(replace(note, state=NoteState.OVERDUE))
        self._book.record(call, ev.NoteOverdue(note_id=note_id))

    def write_off(self, call: Call, *, note_id: int, reason_hash: bytes) -> None:
        """The arbiter gives up what is unpaid."""
        self._book.require_office(call, Office.ARBITER)
        note = self._in_state(note_id, NoteState.OVERDUE)
        _require_no_round(note)
        unpaid_minor = note.open_minor
        self._put(replace(note, state=NoteState.WRITTEN_OFF, written_off_minor=unpaid_minor))
        self._book.record(
            call, ev.NoteWrittenOff(note_id=note_id, unpaid_minor=unpaid_minor, reason_hash=reason_hash)
        )

    def mature(self, call: Call, note: Note) -> Note:
        """The note, matured; the caller has seen that it is live and that maturity has come."""
        matured = replace(note, state=NoteState.MATURED)
        self._put(matured)
        self._book.record(call, ev.NoteMatured(note_id=note.note_id))
        return matured

    def _check_sides(self, call: Call, *, debtor_id: int, creditor_id: int) -> bool:
        """Whether the debtor proposes; refuses strangers and parties that cannot stand there."""
        actor_id = self._book.actor(call).party_id
        by_debtor = actor_id == debtor_id
        if not by_debtor and actor_id != creditor_id:
            refuse(codes.NOT_THIS_PARTY, actor=actor_id, expected=creditor_id)
        if debtor_id == creditor_id:
            refuse(codes.SAME_PARTY, party=debtor_id)
        if not self._book.party(debtor_id).roles & PartyRole.CORE_ENTERPRISE:
            refuse(codes.ROLE_MISSING, party=debtor_id, role=int(PartyRole.CORE_ENTERPRISE))
        self._book.party(creditor_id)
        return by_debtor

    def _in_state(self, note_id: int, expected: NoteState, *, also: NoteState | None = None) -> Note:
        """The note, if it is in one of these states; a refusal names the first."""
        note = self._state.notes.get(note_id)
        if note is None:
            refuse(codes.NOTE_UNKNOWN, note=note_id)
        if note.state not in (expected, also):
            refuse(codes.UNEXPECTED_NOTE_STATE, note=note_id, current=note.state, expected=expected)
        return note

    def _end(self, note: Note, end: NoteState, stated: Sequence[InvoiceShare]) -> None:
        if tuple(stated) != note.invoices:
            refuse(
                codes.INVOICE_SHARES_UNLIKE,
                committed=shares_hash(note.invoices),
                stated=shares_hash(stated),
            )
        self._invoices.give_back(note)
        self._put(replace(note, state=end))

    def _put(self, note: Note) -> None:
        self._state.notes[note.note_id] = note


def require_matured(call: Call, note: Note) -> None:
    """Refuse with NotMatured before the note's maturity."""
    if call.now_s < note.maturity_at_s:
        refuse(codes.NOT_MATURED, note=note.note_id, maturity_at=note.maturity_at_s, now_at=call.now_s)


def _require_no_round(note: Note) -> None:
    """A payment half done fixes who gets what; nothing may change what is owed until it is finished."""
    if note.round is not None:
        refuse(codes.PAYMENT_UNFINISHED, note=note.note_id)


def _after_dispute(call: Call, note: Note) -> NoteState:
    return NoteState.LIVE if call.now_s < note.maturity_at_s else NoteState.MATURED
