"""Statements of a party over a period: what it had, what came and went, what it has.

Both are made from the events that concern the party, not from the state, so that they can be compared with
it: opening balance and movements make the closing balance, to the cent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from counterfoil.domain.events import cash_events as cash
from counterfoil.domain.events import ledger_events as ev
from counterfoil.domain.lot import LotId
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import LotState

CASH_KINDS = (cash.CashIssued, cash.CashRedeemed, cash.CashMoved, cash.CashSettled)
HOLDING_KINDS = (
    ev.NoteConfirmed,
    ev.NoteCancelled,
    ev.NoteWrittenOff,
    ev.LotSplit,
    ev.LotAssigned,
    ev.LotAccepted,
    ev.LotSold,
    ev.PaymentApplied,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Something came (above zero) or went. kind: what happened; other_id: with whom, None with the bank.

    lot: of a holding. reference: hash of what was stated, as hexadecimal text; empty where there is none.
    """

    position: str
    at_s: int
    kind: str
    currency: int
    amount_minor: int
    other_id: int | None = None
    lot: LotId | None = None
    reference: str = ""


@dataclass(slots=True)
class Statement:
    """Balances by currency, numeric. movements: of the period, in order."""

    opening: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    closing: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    movements: list[Movement] = field(default_factory=list)

    @property
    def currencies(self) -> list[int]:
        """Every currency in which there is a balance or a movement."""
        return sorted(set(self.opening) | set(self.closing))


def statement_of(movements: Iterable[Movement], *, from_s: int, to_s: int) -> Statement:
    """Everything that moved, as a statement of [from_s, to_s), in seconds since 1970."""
    found = Statement()
    for movement in movements:
        if movement.at_s >= to_s:
            break
        if movement.at_s < from_s:
            found.opening[movement.currency] += movement.amount_minor
        else:
            found.movements.append(movement)
        found.closing[movement.currency] += movement.amount_minor
    return found


def cash_movements(events: Iterable[ev.Recorded], party_id: int) -> Iterator[Movement]:
    """What moved a party's cash."""
    for recorded in events:
        event = recorded.event
        match event:
            case cash.CashIssued(party_id=owner) if owner == party_id:
                yield _cash(recorded, "deposit", event.currency, event.amount_minor, None, event.deposit_hash)
            case cash.CashRedeemed(party_id=owner) if owner == party_id:
                yield _cash(
                    recorded, "redemption", event.currency, -event.amount_minor, None, event.account_hash
                )
            case cash.CashMoved():
                yield from _moved(recorded, event, party_id)
            case cash.CashSettled():
                yield from _settled(recorded, event, party_id)
            case _:
                pass


def _moved(recorded: ev.Recorded, event: cash.CashMoved, party_id: int) -> Iterator[Movement]:
    if event.from_id == party_id:
        yield _cash(recorded, "paid", event.currency, -event.amount_minor, event.to_id, event.reference)
    if event.to_id == party_id:
        yield _cash(recorded, "received", event.currency, event.amount_minor, event.from_id, event.reference)


def _settled(recorded: ev.Recorded, event: cash.CashSettled, party_id: int) -> Iterator[Movement]:
    for payment in event.payments:
        amount, other = payment.amount_minor, payment.party_id
        if event.from_id == party_id:
            yield _cash(recorded, "settlement paid", event.currency, -amount, other, event.reference)
        if other == party_id:
            yield _cash(
                recorded, "settlement received", event.currency, amount, event.from_id, event.reference
            )


def _cash(  # noqa: PLR0917 - the fields of a movement
    recorded: ev.Recorded, kind: str, currency: int, minor: int, other_id: int | None, reference: bytes
) -> Movement:
    return Movement(
        position=f"{recorded.block_number}.{recorded.log_index}",
        at_s=recorded.at_s,
        kind=kind,
        currency=currency,
        amount_minor=minor,
        other_id=other_id,
        reference=reference.hex() if any(reference) else "",
    )


def holding_movements(events: Iterable[ev.Recorded], party_id: int, state: LedgerState) -> Iterator[Movement]:
    """What moved a party's lots. A lot that is offered to another is held until that one accepts.

    state: at or after the events; it names the creditors and currencies of notes.
    """
    book = _Holdings(party_id, state)
    for recorded in events:
        yield from book.take(recorded)


class _Holdings:
    """The lots that the party holds while the events go by, and those that it was asked to take."""

    def __init__(self, party_id: int, state: LedgerState) -> None:
        self._party_id = party_id
        self._state = state
        self._held: dict[LotId, int] = {}
        self._asked: dict[LotId, tuple[int, int]] = {}

    def take(self, recorded: ev.Recorded) -> Iterator[Movement]:
        event = recorded.event
        match event:
            case ev.NoteConfirmed(note_id=note_id):
                note = self._state.notes[note_id]
                if note.creditor_id == self._party_id:
                    yield self._came(recorded, LotId.root(note_id), note.face_minor, "confirmed", None)
            case ev.LotSplit():
                yield from self._split(recorded, event)
            case ev.LotAssigned() | ev.LotSold():
                yield from self._moved(recorded, event)
            case ev.LotAccepted():
                yield from self._accepted(recorded, event.lot_id)
            case ev.PaymentApplied() if event.final_round:
                paid = [payout.lot_id for payout in event.payouts]
                yield from self._ended(recorded, paid, "settled")
            case ev.NoteCancelled(note_id=note_id):
                yield from self._ended(recorded, self._of_note(note_id), "cancelled")
            case ev.NoteWrittenOff(note_id=note_id):
                yield from self._ended(recorded, self._of_note(note_id), "written off")
            case _:
                pass

    def _of_note(self, note_id: int) -> list[LotId]:
        return [lot_id for lot_id in self._held if lot_id.note_id == note_id]

    def _ended(self, recorded: ev.Recorded, lots: Iterable[LotId], kind: str) -> Iterator[Movement]:
        for lot_id in lots:
            if lot_id in self._held:
                yield self._went(recorded, lot_id, kind, None)

    def _accepted(self, recorded: ev.Recorded, lot_id: LotId) -> Iterator[Movement]:
        if lot_id in self._held:
            yield self._went(recorded, lot_id, "assigned", None)
        elif lot_id in self._asked:
            length, assignor_id = self._asked.pop(lot_id)
            yield self._came(recorded, lot_id, length, "assigned", assignor_id)

    def _split(self, recorded: ev.Recorded, event: ev.LotSplit) -> Iterator[Movement]:
        cuts = event.lot_id in self._held
        if cuts:
            yield self._went(recorded, event.lot_id, "split", None)
        for index, child in enumerate(event.children):
            child_id, length = event.child_id(index), child.positions.length
            offered, mine = child.state is LotState.OFFERED, child.party_id == self._party_id
            if cuts and (offered or mine):
                yield self._came(recorded, child_id, length, "split", None)
            elif not cuts and offered and mine:
                self._asked[child_id] = (length, self._state.lots[event.lot_id].holder_id)
            elif not cuts and mine:
                assignor_id = self._state.lots[event.lot_id].holder_id
                yield self._came(recorded, child_id, length, "assigned", assignor_id)

    def _moved(self, recorded: ev.Recorded, event: ev.LotAssigned | ev.LotSold) -> Iterator[Movement]:
        kind = "assigned" if isinstance(event, ev.LotAssigned) else "sold"
        if event.lot_id in self._held:
            yield self._went(recorded, event.lot_id, kind, event.to_id)
        if event.to_id == self._party_id:
            length = self._state.lots[event.lot_id].length_minor
            yield self._came(recorded, event.lot_id, length, kind, None)

    def _came(
        self, recorded: ev.Recorded, lot_id: LotId, length: int, kind: str, other_id: int | None
    ) -> Movement:
        self._held[lot_id] = length
        return self._movement(recorded, lot_id, length, kind, other_id)

    def _went(self, recorded: ev.Recorded, lot_id: LotId, kind: str, other_id: int | None) -> Movement:
        return self._movement(recorded, lot_id, -self._held.pop(lot_id), kind, other_id)

    def _movement(
        self, recorded: ev.Recorded, lot_id: LotId, minor: int, kind: str, other_id: int | None
    ) -> Movement:
        return Movement(
            position=f"{recorded.block_number}.{recorded.log_index}",
            at_s=recorded.at_s,
            kind=kind,
            currency=self._state.notes[lot_id.note_id].currency,
            amount_minor=minor,
            other_id=other_id,
            lot=lot_id,
        )


def seconds_of(moment: datetime) -> int:
    """A time as the ledger's clock has it."""
    return int(moment.astimezone(UTC).timestamp())
