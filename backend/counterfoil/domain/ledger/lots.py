"""Commands over lots: split, assign, accept (contracts/interfaces/ILots.sol); what modules ask of lots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from counterfoil.domain.events import ledger_events as ev
from counterfoil.domain.events.ledger_events import ChildLot
from counterfoil.domain.ledger.book import NO_HASH, NOBODY, Book, Call, refuse
from counterfoil.domain.lot import MAX_CHILDREN, MAX_SEGMENTS, AssetId, Lot, LotId
from counterfoil.domain.refusals import ledger_refusals as codes
from counterfoil.domain.refusals import money_refusals as money_codes
from counterfoil.domain.state.ledger_state import Note
from counterfoil.domain.states import LotState, NoteState
from counterfoil.domain.sub_range import SubRange


class Lots:
    """The holders' commands. Nothing moves but what is free, of a live note before its maturity."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._state = book.state

    def split(
        self, call: Call, *, lot_id: LotId, children: Sequence[tuple[int, int]], background: bytes
    ) -> int:
        """Cut a lot into (amount_minor, holder_id) parts; returns the segment that they lie in."""
        actor_id = self._book.actor(call).party_id
        if len(children) < 2:
            refuse(codes.CHILDREN_MISSING, count=len(children))
        if len(children) > MAX_CHILDREN:
            refuse(codes.TOO_MANY_CHILDREN, count=len(children), maximum=MAX_CHILDREN)
        note = self.require_transferable(call, lot_id.note_id)
        lot = self.require_free(lot_id, actor_id)
        cut: list[ChildLot] = []
        end = lot.first - 1
        for amount_minor, holder_id in children:
            if amount_minor == 0:
                refuse(codes.ZERO_AMOUNT)
            state = self._state_for(note, actor_id, holder_id, background)
            positions = SubRange(end + 1, end + amount_minor)
            cut.append(ChildLot(positions=positions, party_id=holder_id, state=state))
            end = positions.last
        if end != lot.last:
            refuse(
                codes.SPLIT_DOES_NOT_ADD_UP,
                lot=lot_id.number,
                length_minor=lot.length_minor,
                children_minor=end - lot.first + 1,
            )
        return self._open_segment(call, note, lot, cut, background)

    def assign(self, call: Call, *, lot_id: LotId, to_id: int, background: bytes) -> LotId:
        """Assign a whole lot; returns the lot that the assignee holds or is offered."""
        actor_id = self._book.actor(call).party_id
        note = self.require_transferable(call, lot_id.note_id)
        lot = self.require_free(lot_id, actor_id)
        if background == NO_HASH:
            refuse(codes.TRADE_BACKGROUND_MISSING)
        if to_id == actor_id:
            refuse(codes.ASSIGNEE_HOLDS_IT, lot=lot_id.number)
        if to_id == note.debtor_id:
            refuse(codes.ASSIGNEE_IS_DEBTOR, note=note.note_id)
        if self._state.accepts_in_advance(to_id, note.debtor_id):
            self._state.lots[lot_id] = replace(lot, holder_id=to_id)
            self._book.record(call, ev.LotAssigned(lot_id=lot_id, to_id=to_id, background=background))
            return lot_id
        if not self._book.party_exists(to_id):
            refuse(codes.ASSIGNEE_UNKNOWN, assignee=to_id)
        offered = ChildLot(positions=lot.positions, party_id=to_id, state=LotState.OFFERED)
        return LotId(note.note_id, self._open_segment(call, note, lot, [offered], background), 0)

    def accept(self, call: Call, *, lot_id: LotId) -> None:
        """The offeree takes the lot."""
        actor_id = self._book.actor(call).party_id
        self.require_transferable(call, lot_id.note_id)
        lot = self._require_state(lot_id, LotState.OFFERED)
        if lot.offeree_id != actor_id:
            refuse(codes.NOT_HOLDER, lot=lot_id.number, actor=actor_id, holder=lot.offeree_id)
        self._state.lots[lot_id] = replace(lot, state=LotState.FREE, holder_id=actor_id, offeree_id=None)
        self._book.record(call, ev.LotAccepted(lot_id=lot_id))

    def reject(self, call: Call, *, lot_id: LotId) -> None:
        """The offeree refuses; the assignor may dispose of the lot again."""
        actor_id = self._book.actor(call).party_id
        lot = self._require_state(lot_id, LotState.OFFERED)
        if lot.offeree_id != actor_id:
            refuse(codes.NOT_HOLDER, lot=lot_id.number, actor=actor_id, holder=lot.offeree_id)
        self._return(call, lot, revoked=False)

    def revoke(self, call: Call, *, lot_id: LotId) -> None:
        """The assignor takes its offer back."""
        actor_id = self._book.actor(call).party_id
        lot = self._require_state(lot_id, LotState.OFFERED)
        if lot.holder_id != actor_id:
            refuse(codes.NOT_HOLDER, lot=lot_id.number, actor=actor_id, holder=lot.holder_id)
        self._return(call, lot, revoked=True)

    def acknowledge(self, call: Call, *, lot_id: LotId) -> None:
        """The debtor says that it knows of the holder."""
        note = self._state.notes.get(lot_id.note_id)
        self._book.require_actor(call, NOBODY if note is None else note.debtor_id)
        lot = self.lot(lot_id)
        if lot.state is LotState.SPLIT:
            refuse(
                codes.UNEXPECTED_LOT_STATE,
                lot=lot_id.number,
                current=LotState.SPLIT,
                expected=LotState.FREE,
            )
        self._state.acknowledged[lot_id] = lot.holder_id
        self._book.record(call, ev.AssignmentAcknowledged(lot_id=lot_id, holder_id=lot.holder_id))

    # -- what liens, financing and settlement ask --

    def lot(self, lot_id: LotId) -> Lot:
        """The lot; refuses with LotUnknown."""
        found = self._state.lots.get(lot_id)
        if found is None:
            refuse(codes.LOT_UNKNOWN, lot=lot_id.number)
        return found

    def require_transferable(self, call: Call, note_id: int) -> Note:
        """The note whose lots may move: live, and its maturity ahead."""
        note = self._state.notes.get(note_id)
        if note is None or note.state is not NoteState.LIVE or call.now_s >= note.maturity_at_s:
            refuse(codes.NOTE_NOT_TRANSFERABLE, note=note_id)
        return note

    def require_free(self, lot_id: LotId, holder_id: int) -> Lot:
        """The lot, if it is free and this party holds it."""
        lot = self._require_state(lot_id, LotState.FREE)
        if lot.holder_id != holder_id:
            refuse(codes.NOT_HOLDER, lot=lot_id.number, actor=holder_id, holder=lot.holder_id)
        return lot

    def require_sellable(self, call: Call, *, lot_id: LotId, from_id: int, to_id: int) -> Lot:
        """The lot, if it may go to its buyer."""
        if self.require_transferable(call, lot_id.note_id).debtor_id == to_id:
            refuse(codes.ASSIGNEE_IS_DEBTOR, note=lot_id.note_id)
        return self.require_free(lot_id, from_id)

    def sell(self, call: Call, *, lot: Lot, to_id: int) -> None:
        """Move a lot that `require_sellable` gave."""
        self._state.lots[lot.lot_id] = replace(lot, holder_id=to_id)
        self._book.record(call, ev.LotSold(lot_id=lot.lot_id, to_id=to_id))

    def encumber(self, lot: Lot) -> None:
        """Bind a lot that `require_free` gave."""
        self._state.lots[lot.lot_id] = replace(lot, state=LotState.PLEDGED)

    def unencumber(self, lot_id: LotId) -> None:
        """Free a pledged lot; of a settled one there is nothing left to free."""
        lot = self._state.lots[lot_id]
        if lot.state is LotState.SETTLED:
            return
        self._state.lots[lot_id] = replace(lot, state=LotState.FREE)

    def divide(self, call: Call, *, lot_id: LotId, kept_minor: int) -> tuple[LotId, LotId]:
        """Cut a pledged lot: its first kept_minor stay pledged, the rest is free; returns both."""
        note = self.require_transferable(call, lot_id.note_id)
        lot = self._require_state(lot_id, LotState.PLEDGED)
        if not 0 < kept_minor < lot.length_minor:
            refuse(
                money_codes.KEPT_NOT_INSIDE,
                asset=AssetId.of_lot(lot_id).number,
                length_minor=lot.length_minor,
                kept_minor=kept_minor,
            )
        border = lot.first + kept_minor
        kept = ChildLot(
            positions=SubRange(lot.first, border - 1), party_id=lot.holder_id, state=LotState.PLEDGED
        )
        freed = ChildLot(positions=SubRange(border, lot.last), party_id=lot.holder_id, state=LotState.FREE)
        segment = self._open_segment(call, note, lot, [kept, freed], NO_HASH)
        return LotId(note.note_id, segment, 0), LotId(note.note_id, segment, 1)

    def _require_state(self, lot_id: LotId, expected: LotState) -> Lot:
        lot = self.lot(lot_id)
        if lot.state is not expected:
            refuse(codes.UNEXPECTED_LOT_STATE, lot=lot_id.number, current=lot.state, expected=expected)
        return lot

    def _state_for(self, note: Note, actor_id: int, holder_id: int, background: bytes) -> LotState:
        """Free for the splitter itself and for who accepts in advance, Offered for others."""
        if holder_id == actor_id:
            return LotState.FREE
        if holder_id == note.debtor_id:
            refuse(codes.ASSIGNEE_IS_DEBTOR, note=note.note_id)
        if background == NO_HASH:
            refuse(codes.TRADE_BACKGROUND_MISSING)
        if self._state.accepts_in_advance(holder_id, note.debtor_id):
            return LotState.FREE
        if not self._book.party_exists(holder_id):
            refuse(codes.ASSIGNEE_UNKNOWN, assignee=holder_id)
        return LotState.OFFERED

    def _open_segment(
        self, call: Call, note: Note, lot: Lot, children: Sequence[ChildLot], background: bytes
    ) -> int:
        segment = note.segment_count
        if segment == MAX_SEGMENTS:
            refuse(codes.TOO_MANY_SEGMENTS, note=note.note_id)
        ids = tuple(LotId(note.note_id, segment, index) for index in range(len(children)))
        for lot_id, child in zip(ids, children, strict=True):
            offered = child.state is LotState.OFFERED
            self._state.lots[lot_id] = Lot(
                lot_id=lot_id,
                positions=child.positions,
                holder_id=lot.holder_id if offered else child.party_id,
                state=child.state,
                parent=lot.lot_id,
                offeree_id=child.party_id if offered else None,
            )
        self._state.lots[lot.lot_id] = replace(lot, state=LotState.SPLIT)
        self._state.children[lot.lot_id] = ids
        self._state.notes[note.note_id] = replace(note, segment_count=segment + 1)
        self._book.record(
            call,
            ev.LotSplit(lot_id=lot.lot_id, segment=segment, children=tuple(children), background=background),
        )
        return segment

    def _return(self, call: Call, lot: Lot, *, revoked: bool) -> None:
        self._state.lots[lot.lot_id] = replace(lot, state=LotState.FREE, offeree_id=None)
        self._book.record(call, ev.LotReturned(lot_id=lot.lot_id, holder_id=lot.holder_id, revoked=revoked))
