"""Settlement (contracts/interfaces/ISettlement.sol): the debtor pays, everybody of record is paid.

A payment is a round over the whole note, possibly in several calls. With U the unpaid sum of all lots, P the
round's amount and u(i) the unpaid sum of the lots up to lot i, lot i gets
floor(P u(i) / U) - floor(P u(i-1) / U): together exactly P.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from counterfoil.domain.events import ledger_events as ev
from counterfoil.domain.events.ledger_events import LotPayout
from counterfoil.domain.ledger.book import Book, Call, refuse
from counterfoil.domain.ledger.cash import Cash
from counterfoil.domain.ledger.facilities import Facilities
from counterfoil.domain.ledger.financing import Financings
from counterfoil.domain.ledger.liens import Liens
from counterfoil.domain.ledger.notes import Notes, require_matured
from counterfoil.domain.lot import AssetId, Lot, LotId
from counterfoil.domain.refusals import ledger_refusals as codes
from counterfoil.domain.refusals import money_refusals as money_codes
from counterfoil.domain.state.ledger_state import LotPayment, Note, PaymentRound
from counterfoil.domain.states import LotState, NoteState


@dataclass(frozen=True, slots=True, kw_only=True)
class LotRange:
    """A run of sibling lots, `start` to `stop` inclusive, in one segment."""

    segment: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """A payment before its shares are known. unpaid_minor: of all lots; last: it leaves nothing to pay."""

    amount_minor: int
    unpaid_minor: int
    cursor: int
    reached_minor: int
    last: bool


class Settlement:
    """The debtor's payment: the ledger's shares, the pledgees' claims and the cash, all or nothing."""

    def __init__(
        self,
        book: Book,
        *,
        notes: Notes,
        liens: Liens,
        financings: Financings,
        facilities: Facilities,
        cash_book: Cash,
    ) -> None:
        self._book = book
        self._state = book.state
        self._notes = notes
        self._liens = liens
        self._financings = financings
        self._facilities = facilities
        self._cash = cash_book

    def settle(self, call: Call, *, note_id: int, amount_minor: int, ranges: Sequence[LotRange]) -> None:
        """Pay the lots of these ranges their shares of a round of `amount_minor`."""
        actor_id = self._book.actor(call).party_id
        note = self._state.notes.get(note_id)
        if note is None or note.debtor_id != actor_id:
            refuse(money_codes.NOT_DEBTOR, note=note_id, payer=actor_id)
        before = self._open_round(call, note, amount_minor)
        after, payouts = self._shares(note, before, ranges)
        with self._book.whole():
            self._apply(call, note, after, payouts)
            taken = [self._collect(call, payout, last=before.last) for payout in payouts]
            payments = _netted(payouts, taken)
            self._cash.require_settleable(from_id=actor_id, currency=note.currency, payments=payments)
            self._cash.settle(
                call,
                from_id=actor_id,
                currency=note.currency,
                payments=payments,
                reference=note_id.to_bytes(32, "big"),
            )

    def _open_round(self, call: Call, note: Note, amount_minor: int) -> _Round:
        match note.state:
            case NoteState.LIVE | NoteState.DISPUTED:
                require_matured(call, note)
            case NoteState.MATURED | NoteState.OVERDUE:
                pass
            case _:
                refuse(
                    codes.UNEXPECTED_NOTE_STATE,
                    note=note.note_id,
                    current=note.state,
                    expected=NoteState.MATURED,
                )
        if note.round is None:
            payable = note.open_minor - note.disputed_minor
            if amount_minor > payable:
                refuse(
                    money_codes.PAYMENT_TOO_LARGE,
                    note=note.note_id,
                    payable_minor=payable,
                    amount_minor=amount_minor,
                )
            if amount_minor == 0 and note.open_minor != 0:
                refuse(money_codes.NOTHING_PAYABLE, note=note.note_id)
        elif note.round.amount_minor != amount_minor:
            refuse(
                money_codes.ROUND_UNLIKE,
                note=note.note_id,
                round_minor=note.round.amount_minor,
                stated_minor=amount_minor,
            )
        return _Round(
            amount_minor=amount_minor,
            unpaid_minor=note.face_minor - note.paid_minor,
            cursor=note.round.cursor if note.round else 0,
            reached_minor=note.round.reached_minor if note.round else 0,
            last=amount_minor == note.open_minor,
        )

    def _shares(
        self, note: Note, before: _Round, ranges: Sequence[LotRange]
    ) -> tuple[_Round, list[LotPayout]]:
        """Each lot's share, and the round as it stands then."""
        for named in ranges:
            if named.stop < named.start:
                _refuse_range(named)
        if not ranges:
            _refuse_range(LotRange(segment=0, start=0, stop=0))
        after, payouts = before, []
        for named in ranges:
            for lot in self._lots_in(note, named, after.cursor):
                reached = after.reached_minor + lot.unpaid_minor
                share = _up_to(after, reached) - _up_to(after, after.reached_minor)
                after = replace(after, cursor=lot.last, reached_minor=reached)
                payouts.append(
                    LotPayout(
                        lot_id=lot.lot_id,
                        state_before=lot.state,
                        party_id=lot.holder_id,
                        amount_minor=share,
                    )
                )
        return after, payouts

    def _lots_in(self, note: Note, named: LotRange, cursor: int) -> list[Lot]:
        if LotId(note.note_id, named.segment, named.stop) not in self._state.lots:
            _refuse_range(named)
        lots = [
            self._state.lots[LotId(note.note_id, named.segment, index)]
            for index in range(named.start, named.stop + 1)
        ]
        if lots[0].first != cursor + 1:
            refuse(
                money_codes.LOTS_NOT_CONTIGUOUS,
                lot=lots[0].lot_id.number,
                expected_first=cursor + 1,
                first=lots[0].first,
            )
        for lot in lots:
            if lot.state is LotState.SPLIT:
                refuse(
                    codes.UNEXPECTED_LOT_STATE,
                    lot=lot.lot_id.number,
                    current=LotState.SPLIT,
                    expected=LotState.FREE,
                )
        return lots

    def _apply(self, call: Call, note: Note, after: _Round, payouts: Sequence[LotPayout]) -> None:
        """Book the shares on lots and note."""
        if note.state is NoteState.LIVE:
            note = self._notes.mature(call, note)
        for payout in payouts:
            lot = self._state.lots[payout.lot_id]
            paid = replace(lot, paid_minor=lot.paid_minor + payout.amount_minor)
            if after.last:
                paid = replace(paid, state=LotState.SETTLED, offeree_id=None)
            self._state.lots[lot.lot_id] = paid
            self._state.payments[lot.lot_id] = (
                *self._state.payments.get(lot.lot_id, ()),
                LotPayment(
                    at_s=call.now_s,
                    party_id=payout.party_id,
                    amount_minor=payout.amount_minor,
                    final=after.last,
                ),
            )
        self._book.record(
            call,
            ev.PaymentApplied(
                note_id=note.note_id,
                round_minor=after.amount_minor,
                final_round=after.last,
                payouts=tuple(payouts),
            ),
        )
        if after.cursor == note.face_minor:
            note = replace(note, paid_minor=note.paid_minor + after.amount_minor, round=None)
            if after.last:
                note = replace(note, state=NoteState.SETTLED)
        else:
            note = replace(
                note,
                round=PaymentRound(
                    amount_minor=after.amount_minor,
                    cursor=after.cursor,
                    reached_minor=after.reached_minor,
                ),
            )
        self._state.notes[note.note_id] = note
        if note.state is NoteState.SETTLED:
            self._book.record(call, ev.NoteSettled(note_id=note.note_id, paid_minor=note.paid_minor))

    def _collect(self, call: Call, payout: LotPayout, *, last: bool) -> tuple[int, int]:
        """What the pledgee of a pledged lot takes of its share: (creditor, amount), nothing of other lots.

        The lien ends where its claim is paid, and where the lot is.
        """
        asset_id = AssetId.of_lot(payout.lot_id)
        # A facility that an earlier lot of this payment closed has let go of this one.
        if payout.state_before is not LotState.PLEDGED or not self._state.is_pledged(asset_id):
            return payout.party_id, 0
        lien = self._state.liens[asset_id][-1]
        creditor_id, available = lien.pledgee_id, payout.amount_minor
        if lien.financing_id is None:
            taken = min(available, lien.secured_minor)
            self._liens.collect(call, lien, taken)
            claim_left = taken != lien.secured_minor
        elif lien.facility_id is not None:
            creditor_id, taken, claim_left = self._facilities.collect(
                call, facility_id=lien.facility_id, asset_id=asset_id, available_minor=available
            )
        else:
            creditor_id, taken, claim_left = self._financings.collect(
                call, financing_id=lien.financing_id, available_minor=available
            )
        if last or not claim_left:
            self._liens.discharge(call, asset_id)
        return creditor_id, taken


def _up_to(payment: _Round, reached_minor: int) -> int:
    """What the round pays on the lots whose unpaid sum this is."""
    if payment.unpaid_minor == 0:
        return 0
    return payment.amount_minor * reached_minor // payment.unpaid_minor


def _netted(payouts: Sequence[LotPayout], taken: Sequence[tuple[int, int]]) -> dict[int, int]:
    """One amount a party, in the order in which they first appear, the pledgee before its pledgor."""
    payments: dict[int, int] = {}
    for payout, (creditor_id, minor) in zip(payouts, taken, strict=True):
        if minor:
            payments[creditor_id] = payments.get(creditor_id, 0) + minor
        if payout.amount_minor != minor:
            rest = payout.amount_minor - minor
            payments[payout.party_id] = payments.get(payout.party_id, 0) + rest
    return payments


def _refuse_range(named: LotRange) -> None:
    refuse(money_codes.LOT_RANGE_INVALID, **{"segment": named.segment, "from": named.start, "to": named.stop})


def payable_ranges(lots: Iterable[Lot], *, after: int = 0) -> list[LotRange]:
    """How to name these leaf lots, in order of position, from the one behind position `after` on.

    Siblings that follow one another share a range. after: the cursor of a payment half done.
    """
    ranges: list[LotRange] = []
    for lot in sorted(lots, key=lambda each: each.first):
        place = lot.lot_id
        if lot.last <= after:
            continue
        last = ranges[-1] if ranges else None
        if last is not None and (last.segment, last.stop + 1) == (place.segment, place.index):
            ranges[-1] = replace(last, stop=place.index)
        else:
            ranges.append(LotRange(segment=place.segment, start=place.index, stop=place.index))
    return ranges
