"""What the reading side folds beside the state: who saw what, and which objects an event touched."""

from __future__ import annotations

from collections import defaultdict

from counterfoil.domain.events.facility_events import ClaimOffered
from counterfoil.domain.events.ledger_events import PartyRegistered, Recorded
from counterfoil.domain.lot import ASSET_KIND_LOT, AssetId
from counterfoil.domain.sightings import Sightings
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.subjects import subjects_of


class Company:
    """Goes along with the state, event by event; the read model makes a new one for each fold anew.

    versions: counts up with each event that touches an object, by its subject as in event_subjects. parties:
    counts up with each party, so that names are read again.
    """

    def __init__(self) -> None:
        self.sightings = Sightings()
        self.versions: defaultdict[str, int] = defaultdict(int)
        self.parties = 0

    def see(self, state: LedgerState, recorded: Recorded) -> None:
        """Take one event. state: before it."""
        event = recorded.event
        self.sightings.see(state, event)
        for subject in subjects_of(recorded):
            self.versions[subject] += 1
        if isinstance(event, ClaimOffered):
            # Whoever is offered the claim sees its pool from now on.
            for asset_id in state.pool_of(event.facility_id):
                self.versions[_subject_of(asset_id)] += 1
        elif isinstance(event, PartyRegistered):
            self.parties += 1


def _subject_of(asset_id: AssetId) -> str:
    if asset_id.kind == ASSET_KIND_LOT:
        return f"note:{asset_id.lot_id.note_id}"
    return f"{'receipt' if asset_id.kind == 2 else 'bill'}:{asset_id.reference}"
