"""How value moved between parties, from the events alone: for pictures and for what was really paid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from counterfoil.domain.events import cash_events as cash
from counterfoil.domain.events import ledger_events as ev
from counterfoil.domain.events import lien_events as liens
from counterfoil.domain.lot import ASSET_KIND_LOT, LotId
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import LotState


class MoveKind(StrEnum):
    """Confirmed: the debtor's promise. Assigned: passed down the chain. Sold and pledged: financing."""

    CONFIRMED = "confirmed"
    ASSIGNED = "assigned"
    SOLD = "sold"
    PLEDGED = "pledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A lot that reached somebody. currency: ISO 4217 numeric."""

    kind: MoveKind
    note_id: int
    from_id: int
    to_id: int
    currency: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a party got in one settlement, netted, and from whom."""

    from_id: int
    party_id: int
    currency: int
    amount_minor: int


def moves_of(history: Iterable[ev.Recorded], state: LedgerState) -> Iterator[Move]:
    """Every move, in order. state: the ledger's state after these events, for amounts and parties."""
    holders: dict[LotId, int] = {}
    offerees: dict[LotId, int] = {}

    def move(kind: MoveKind, lot_id: LotId, from_id: int, to_id: int) -> Move:
        note = state.notes[lot_id.note_id]
        return Move(
            kind=kind,
            note_id=note.note_id,
            from_id=from_id,
            to_id=to_id,
            currency=note.currency,
            amount_minor=state.lots[lot_id].length_minor,
        )

    for recorded in history:
        match recorded.event:
            case ev.NoteConfirmed(note_id=note_id):
                note, root = state.notes[note_id], LotId.root(note_id)
                holders[root] = note.creditor_id
                yield move(MoveKind.CONFIRMED, root, note.debtor_id, note.creditor_id)
            case ev.LotSplit() as split:
                holder = holders[split.lot_id]
                for index, child in enumerate(split.children):
                    child_id = split.child_id(index)
                    offered = child.state is LotState.OFFERED
                    holders[child_id] = holder if offered else child.party_id
                    offerees[child_id] = child.party_id
                    if holders[child_id] != holder:
                        yield move(MoveKind.ASSIGNED, child_id, holder, child.party_id)
            case ev.LotAssigned(lot_id=lot_id, to_id=to_id):
                yield move(MoveKind.ASSIGNED, lot_id, holders[lot_id], to_id)
                holders[lot_id] = to_id
            case ev.LotAccepted(lot_id=lot_id):
                yield move(MoveKind.ASSIGNED, lot_id, holders[lot_id], offerees[lot_id])
                holders[lot_id] = offerees[lot_id]
            case ev.LotSold(lot_id=lot_id, to_id=to_id):
                yield move(MoveKind.SOLD, lot_id, holders[lot_id], to_id)
                holders[lot_id] = to_id
            case liens.LienPlaced(asset_id=asset_id, pledgor_id=pledgor, pledgee_id=pledgee) if (
                asset_id.kind == ASSET_KIND_LOT
            ):
                yield move(MoveKind.PLEDGED, asset_id.lot_id, pledgor, pledgee)
            case _:
                pass


def received_in(history: Iterable[ev.Recorded]) -> Iterator[Received]:
    """Every payment of every settlement, as the cash moved."""
    for recorded in history:
        if isinstance(recorded.event, cash.CashSettled):
            for payment in recorded.event.payments:
                yield Received(
                    from_id=recorded.event.from_id,
                    party_id=payment.party_id,
                    currency=recorded.event.currency,
                    amount_minor=payment.amount_minor,
                )
