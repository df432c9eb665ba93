"""What must hold of facilities and blocks; a part of the checks over the whole ledger (invariants)."""

from __future__ import annotations

from collections.abc import Iterator

from counterfoil.domain.refusals.ledger_refusals import asset_text
from counterfoil.domain.state.facility_state import Facility
from counterfoil.domain.state.ledger_state import LedgerState, Lien
from counterfoil.domain.state.lien_state import blocked_as
from counterfoil.domain.states import FacilityState, LienState

_DRAWN_DOWN = frozenset({FacilityState.OPEN, FacilityState.CALLED, FacilityState.DEFAULTED})


def facility_faults(state: LedgerState) -> Iterator[str]:
    """Every lien of a facility is the funder's, over something in the pool of a debt that is open."""
    for liens in state.liens.values():
        if liens and liens[-1].state is LienState.ACTIVE and liens[-1].facility_id is not None:
            yield from _secured_faults(state, liens[-1])
    for facility in state.facilities.values():
        yield from _debt_faults(facility)


def block_faults(state: LedgerState) -> Iterator[str]:
    """A match blocks an asset once, and a lot's block stands under its note's root."""
    for asset_id, blocks in state.blocks.items():
        named = asset_text(asset_id.number)
        matches = [each.match_hash for each in blocks if each.open]
        if len(matches) != len(set(matches)):
            yield f"{named} is blocked twice by one match"
        if blocked_as(asset_id) != asset_id:
            yield f"{named} is blocked beside its note"


def _secured_faults(state: LedgerState, lien: Lien) -> Iterator[str]:
    named = asset_text(lien.asset_id.number)
    facility = state.facilities.get(lien.facility_id or 0)
    if facility is None or facility.state not in _DRAWN_DOWN:
        yield f"{named} secures facility {lien.facility_id}, which owes nothing"
        return
    if lien.pledgee_id != facility.funder_id:
        yield f"{named} is pledged to {lien.pledgee_id}, its facility is funded by {facility.funder_id}"
    if facility.pool.count(lien.asset_id) != 1:
        yield f"{named} secures facility {facility.facility_id} and is not in its pool once"


def _debt_faults(facility: Facility) -> Iterator[str]:
    named = f"facility {facility.facility_id}"
    owed = facility.principal_minor + facility.interest_minor
    if (facility.state in _DRAWN_DOWN) is not (owed > 0):
        yield f"{named} is {facility.state.name} and owes {owed}"
    if (facility.call_deadline_s != 0) is not (facility.state is FacilityState.CALLED):
        yield f"{named} is {facility.state.name} with a margin call until {facility.call_deadline_s}"
    if facility.pool and facility.state not in _DRAWN_DOWN:
        yield f"{named} is {facility.state.name} and has a pool"
    if facility.funder_id == facility.borrower_id:
        yield f"{named} is funded by its borrower"
