"""How the holder of a lot came to it, and since when its debtor knows, read from the ledger's events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from counterfoil.domain.events import cash_events as cash
from counterfoil.domain.events import ledger_events as ev
from counterfoil.domain.lot import LotId
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import LotState


@dataclass(frozen=True, slots=True, kw_only=True)
class LotTitle:
    """A holder's title. acquired: whether by assignment or sale; the creditor's own claim is not.

    purchased: in a financing. notified_at: when the debtor first acknowledged this holder, of the lot or of a
    lot that it was cut from while the holder was the same; None while it has not.
    """

    holder_id: int
    acquired: bool = False
    purchased: bool = False
    notified_at: datetime | None = None


MOVES_OF_TITLE = (
    ev.LotSplit,
    ev.LotAssigned,
    ev.LotSold,
    ev.LotAccepted,
    ev.AssignmentAcknowledged,
    cash.LotPurchased,
)
"""The events that `lot_title` looks at; others may be left out."""


def lot_title(history: Iterable[ev.Recorded], state: LedgerState, *, lot_id: LotId) -> LotTitle:
    """The title to a lot after these events. state: the ledger's state after them, which has the lot."""
    line = _line_of(state, lot_id)
    title = LotTitle(holder_id=state.notes[lot_id.note_id].creditor_id)
    offeree_id, in_financing = title.holder_id, False
    for recorded in history:
        match recorded.event:
            case ev.LotSplit() as split if split.lot_id in line:
                for index, child in enumerate(split.children):
                    if split.child_id(index) not in line:
                        continue
                    offeree_id = child.party_id
                    if child.state is not LotState.OFFERED and child.party_id != title.holder_id:
                        title = LotTitle(holder_id=child.party_id, acquired=True)
            case cash.LotPurchased() as bought if state.financings[bought.financing_id].lot_id in line:
                in_financing = True
            case ev.LotAssigned() | ev.LotSold() as moved if moved.lot_id in line:
                title = LotTitle(holder_id=moved.to_id, acquired=True, purchased=in_financing)
                in_financing = False
            case ev.LotAccepted() as accepted if accepted.lot_id in line:
                title = LotTitle(holder_id=offeree_id, acquired=True)
            case ev.AssignmentAcknowledged() as known if known.lot_id in line and title.notified_at is None:
                title = replace(title, notified_at=datetime.fromtimestamp(recorded.at_s, UTC))
            case _:
                pass
    return title


def _line_of(state: LedgerState, lot_id: LotId) -> frozenset[LotId]:
    """The lot and everything that it was cut from."""
    found = [lot_id]
    while (parent := state.lots[found[-1]].parent) is not None:
        found.append(parent)
    return frozenset(found)
