"""Folds of the events of lots; see counterfoil.domain.projection.fold."""

from __future__ import annotations

from dataclasses import replace

from counterfoil.domain.events import ledger_events as ev
from counterfoil.domain.lot import Lot, LotId
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import LotState
from counterfoil.domain.sub_range import partition_gap


def lot_split(state: LedgerState, event: ev.LotSplit, _: ev.Recorded) -> None:
    """The parent becomes history, its children hold the range. Only a pledged parent has a pledged child."""
    pledged = any(child.state is LotState.PLEDGED for child in event.children)
    parent = _in_state(state, event.lot_id, LotState.PLEDGED if pledged else LotState.FREE)
    note = state.notes[parent.lot_id.note_id]
    if event.segment != note.segment_count:
        raise ValueError(f"segment {event.segment} follows {note.segment_count} segments")
    gap = partition_gap((child.positions for child in event.children), parent.positions)
    if gap is not None:
        raise ValueError(f"the children of {parent.lot_id} do not fill it: {gap}")
    ids = []
    for index, child in enumerate(event.children):
        lot_id = event.child_id(index)
        offered = child.state is LotState.OFFERED
        state.lots[lot_id] = Lot(
            lot_id=lot_id,
            positions=child.positions,
            holder_id=parent.holder_id if offered else child.party_id,
            state=child.state,
            parent=parent.lot_id,
            offeree_id=child.party_id if offered else None,
        )
        ids.append(lot_id)
    state.lots[parent.lot_id] = replace(parent, state=LotState.SPLIT)
    state.children[parent.lot_id] = tuple(ids)
    state.notes[note.note_id] = replace(note, segment_count=note.segment_count + 1)


def lot_moved(state: LedgerState, event: ev.LotAssigned | ev.LotSold, _: ev.Recorded) -> None:
    """A new holder."""
    lot = _in_state(state, event.lot_id, LotState.FREE)
    if lot.holder_id == event.to_id:
        raise ValueError(f"lot {lot.lot_id} is held by {event.to_id} already")
    state.lots[lot.lot_id] = replace(lot, holder_id=event.to_id)


def lot_accepted(state: LedgerState, event: ev.LotAccepted, _: ev.Recorded) -> None:
    """The offeree becomes the holder."""
    lot = _in_state(state, event.lot_id, LotState.OFFERED)
    if lot.offeree_id is None:
        raise ValueError(f"lot {lot.lot_id} is offered to nobody")
    state.lots[lot.lot_id] = replace(lot, state=LotState.FREE, holder_id=lot.offeree_id, offeree_id=None)


def lot_returned(state: LedgerState, event: ev.LotReturned, _: ev.Recorded) -> None:
    """The assignor, who held it all along, may dispose of it again."""
    lot = _in_state(state, event.lot_id, LotState.OFFERED)
    if lot.holder_id != event.holder_id:
        raise ValueError(f"lot {lot.lot_id} is held by {lot.holder_id}, not by {event.holder_id}")
    state.lots[lot.lot_id] = replace(lot, state=LotState.FREE, offeree_id=None)


def assignment_acknowledged(state: LedgerState, event: ev.AssignmentAcknowledged, _: ev.Recorded) -> None:
    """The last holder that the debtor said it knows of."""
    if state.lots[event.lot_id].holder_id != event.holder_id:
        raise ValueError(f"lot {event.lot_id} is not held by {event.holder_id}")
    state.acknowledged[event.lot_id] = event.holder_id


def _in_state(state: LedgerState, lot_id: LotId, expected: LotState) -> Lot:
    lot = state.lots[lot_id]
    if lot.state is not expected:
        raise ValueError(f"lot {lot_id} is {lot.state.name}, not {expected.name}")
    return lot
