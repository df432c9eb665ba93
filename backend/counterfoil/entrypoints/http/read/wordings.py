"""The words behind hashes that the caller may read: what was stated when a lot was assigned."""

from __future__ import annotations

import json
from collections.abc import Sequence

from counterfoil.domain.lot import Lot, LotId
from counterfoil.domain.sightings import NO_BACKGROUND, Step
from counterfoil.domain.visibility import Sight, Viewer
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases.reading.read_side import Reading


class Wordings:
    """Reads documents once each. Hashes whose words another member keeps have none."""

    def __init__(self, work: ServiceUnitOfWork) -> None:
        self._work = work
        self._bodies: dict[bytes, dict[str, object] | None] = {}

    def of_lot(
        self, reading: Reading, viewer: Viewer, lot: Lot, sight: Sight, steps: Sequence[Step]
    ) -> list[str]:
        """The references of the steps that the viewer took part in, and of an offer that waits.

        The debtor sees who holds a lot, not what its holders trade; so it reads none but its own.
        """
        if sight is Sight.OUTLINE:
            return []
        own = [
            step for step in steps if viewer.sees_all or viewer.party_id in (step.giver_id, step.receiver_id)
        ]
        if lot.offeree_id is not None and (
            viewer.sees_all or viewer.party_id in (lot.holder_id, lot.offeree_id)
        ):
            own += reading.company.sightings.steps_of_lot(lot.lot_id)[-1:]
        stated = (self._reference(step.background, lot.lot_id) for step in own)
        return list(dict.fromkeys(text for text in stated if text))

    def _reference(self, background: bytes, lot_id: LotId) -> str:
        if background == NO_BACKGROUND:
            return ""
        if background not in self._bodies:
            document = self._work.documents.by_hash(background)
            self._bodies[background] = None if document is None else json.loads(document.body_json)
        body = self._bodies[background]
        if body is None:
            return ""
        parts = body.get("parts")
        if not isinstance(parts, list):
            return str(body.get("reference", ""))
        return str(parts[lot_id.index]["reference"]) if lot_id.index < len(parts) else ""
