"""The tree of a note's lots with the tier of each: how far down the supply chain a cent has travelled.

The creditor's root lot is tier 1. An assignment to another party, by split or whole, is one tier further
down, from its acceptance on: until then the assignor holds. A sale to a funder and a pledge are no step of
the supply chain and keep the tier.
"""

from __future__ import annotations

from collections.abc import Iterable

from counterfoil.domain.events import ledger_events as ev
from counterfoil.domain.lot import LotId
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import LotState

FIRST_TIER = 1


class Tiers:
    """Tier by lot, and the best tier of each party as a supplier, folded from events."""

    def __init__(self) -> None:
        self.of_lot: dict[LotId, int] = {}
        self.of_party: dict[int, int] = {}
        self.backgrounds: dict[LotId, tuple[bytes, ...]] = {}

    def _reach(self, party_id: int, tier: int) -> None:
        self.of_party[party_id] = min(tier, self.of_party.get(party_id, tier))

    def confirmed(self, note_id: int, creditor_id: int) -> None:
        """A note went live."""
        self.of_lot[LotId.root(note_id)] = FIRST_TIER
        self._reach(creditor_id, FIRST_TIER)

    def split(self, event: ev.LotSplit, holder_id: int) -> None:
        """A lot was cut; children that reached other parties are a tier further down."""
        tier = self.of_lot[event.lot_id]
        for index, child in enumerate(event.children):
            child_id = event.child_id(index)
            moved = child.state is LotState.FREE and child.party_id != holder_id
            self.of_lot[child_id] = tier + moved
            self.backgrounds[child_id] = (event.background,)
            if moved:
                self._reach(child.party_id, tier + 1)

    def assigned(self, event: ev.LotAssigned) -> None:
        """A whole lot moved at once."""
        self.of_lot[event.lot_id] += 1
        self._reach(event.to_id, self.of_lot[event.lot_id])
        self.backgrounds[event.lot_id] = (*self.backgrounds.get(event.lot_id, ()), event.background)

    def accepted(self, lot_id: LotId, offeree_id: int) -> None:
        """An offered lot reached its assignee."""
        self.of_lot[lot_id] += 1
        self._reach(offeree_id, self.of_lot[lot_id])


MOVES_OF_LOTS = (ev.NoteConfirmed, ev.LotSplit, ev.LotAssigned, ev.LotAccepted, ev.LotReturned, ev.LotSold)
"""The events that `fold_tiers` looks at; others may be left out."""


def fold_tiers(history: Iterable[ev.Recorded], state: LedgerState) -> Tiers:
    """Tiers after these events. state: the ledger's state after them, which names the creditors."""
    tiers = Tiers()
    holders: dict[LotId, int] = {}
    offerees: dict[LotId, int] = {}
    for recorded in history:
        match recorded.event:
            case ev.NoteConfirmed(note_id=note_id):
                creditor_id = state.notes[note_id].creditor_id
                holders[LotId.root(note_id)] = creditor_id
                tiers.confirmed(note_id, creditor_id)
            case ev.LotSplit() as split:
                holder_id = holders[split.lot_id]
                tiers.split(split, holder_id)
                for index, child in enumerate(split.children):
                    child_id = split.child_id(index)
                    offered = child.state is LotState.OFFERED
                    holders[child_id] = holder_id if offered else child.party_id
                    if offered:
                        offerees[child_id] = child.party_id
            case ev.LotAssigned() as assigned:
                tiers.assigned(assigned)
                holders[assigned.lot_id] = assigned.to_id
            case ev.LotAccepted(lot_id=lot_id):
                holders[lot_id] = offerees[lot_id]
                tiers.accepted(lot_id, offerees[lot_id])
            case ev.LotReturned(lot_id=lot_id, holder_id=holder_id):
                holders[lot_id] = holder_id
            case ev.LotSold(lot_id=lot_id, to_id=to_id):
                holders[lot_id] = to_id
            case _:
                pass
    return tiers
