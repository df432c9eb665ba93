"""The fold of the events of liens and facilities: complete, and not to be talked into a wrong state."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any

import pytest
from facility_ledger import FUNDER, OWNER, SECOND_FUNDER, facility_life, lot, receipt

from counterfoil.domain.errors import DomainError
from counterfoil.domain.events import facility_events as fac
from counterfoil.domain.events import lien_events as liens
from counterfoil.domain.events.ledger_events import LedgerEvent
from counterfoil.domain.invariants import check_invariants
from counterfoil.domain.projection.fold import PROJECTION_MISMATCH, apply, project

LIFE = facility_life()
EVENTS = tuple(LIFE.events)
PLACES = [
    place
    for place, recorded in enumerate(EVENTS)
    if type(recorded.event).__module__ in (liens.__name__, fac.__name__)
]


def test_the_life_has_every_event_of_both() -> None:
    declared = {
        found
        for module in (liens, fac)
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, LedgerEvent) and found is not LedgerEvent
    }
    assert declared <= {type(recorded.event) for recorded in EVENTS}


def test_the_events_alone_rebuild_the_state_and_it_is_sound() -> None:
    rebuilt = project(EVENTS)
    assert rebuilt == LIFE.state
    assert all(result.ok for result in check_invariants(rebuilt))


# What may be said twice and leaves the state as it is: the newest word counts, or another event has the rest.
SAYS_WHAT_IS_SO = (
    liens.SubstituteProposed,
    fac.AssetAdded,
    fac.SaleOffered,
    fac.ClaimOffered,
)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: type(EVENTS[place].event).__name__)
def test_every_event_changes_the_state_and_comes_once(place: int) -> None:
    event = EVENTS[place].event
    before, after = project(EVENTS[:place]), project(EVENTS[: place + 1])
    # That a part of a receipt was freed is the receipt's own event; its lien goes on as it was.
    goes_on = isinstance(event, liens.LienDivided) and event.kept_id == event.asset_id
    assert (before == after) is goes_on
    upheld = isinstance(event, liens.BlockResolved) and event.upheld
    if isinstance(event, SAYS_WHAT_IS_SO) or upheld or goes_on:
        apply(after, EVENTS[place])
        assert after == project(EVENTS[: place + 1])
    else:
        with pytest.raises(DomainError) as refused:
            apply(after, EVENTS[place])
        assert refused.value.code == PROJECTION_MISMATCH


def _refused(kind: type[LedgerEvent], nth: int = 0, **changed: Any) -> str:
    """Why the nth event of a kind is refused with these values."""
    place = [place for place in PLACES if isinstance(EVENTS[place].event, kind)][nth]
    state = project(EVENTS[:place])
    with pytest.raises(DomainError) as refused:
        apply(state, replace(EVENTS[place], event=replace(EVENTS[place].event, **changed)))
    assert refused.value.code == PROJECTION_MISMATCH
    return str(refused.value.facts["reason"])


ALTERED: tuple[tuple[type[LedgerEvent], int, dict[str, Any], str], ...] = (
    (liens.LienPlaced, 0, {"sequence": 2}, "follows 0 liens"),
    (liens.LienPlaced, 1, {"asset_id": receipt(1)}, "carries a lien already"),
    (liens.LienPlaced, 0, {"asset_id": receipt(4)}, "is not in the pool of facility 1"),
    (liens.LienReleased, 0, {"sequence": 7}, "is not in force"),
    (liens.LienReleased, 0, {"asset_id": receipt(9)}, "unknown"),
    (liens.LienDischarged, 0, {"asset_id": receipt(9)}, "unknown"),
    (liens.LienDivided, 0, {"kept_id": receipt(9)}, "does not keep its lien"),
    (liens.LienDivided, 1, {"freed_id": receipt(9)}, "was divided otherwise"),
    (liens.LienDivided, 1, {"kept_id": lot(1, 1), "freed_id": lot(1, 0)}, "was divided otherwise"),
    (liens.LienTransferred, 0, {"pledgee_id": FUNDER}, "is that of 6 already"),
    (liens.LienEnforced, 0, {"sequence": 9}, "is not in force"),
    (liens.LienCollected, 0, {"paid_minor": 5}, "was collected"),
    (liens.SubstituteProposed, 0, {"asset_id": receipt(2)}, "carries no lien in force"),
    (liens.SubstituteAccepted, 0, {"replacement_id": receipt(2)}, "was not offered"),
    (liens.BlockPlaced, 0, {"asset_id": lot(1, 0)}, "is not what blocks stand under"),
    (liens.BlockResolved, 0, {"match_hash": bytes(32)}, "is not blocked by this match"),
    (fac.PricePosted, 1, {"observed_at_s": 5}, "follows one of"),
    (fac.FacilityOffered, 1, {"facility_id": 3}, "facility 3 follows 1"),
    (fac.FacilityWithdrawn, 0, {"facility_id": 1}, "is OPEN"),
    (fac.FacilityDrawnDown, 1, {"facility_id": 1}, "is CLOSED"),
    (fac.AssetAdded, 1, {"asset_id": receipt(1)}, "is in the pool already"),
    (fac.AssetSubstituted, 0, {"asset_id": receipt(2)}, "does not come in place"),
    (fac.AssetSubstituted, 0, {"replacement_id": lot()}, "does not come in place"),
    (fac.AssetWithdrawn, 0, {"asset_id": receipt(1)}, "is not in the pool"),
    (fac.FacilityRepaid, 0, {"principal_left_minor": 1}, "does not follow"),
    (fac.FacilityClosed, 0, {"facility_id": 3}, "unknown"),
    (fac.MarginCalled, 0, {"facility_id": 1}, "is CLOSED"),
    (fac.MarginCallLifted, 0, {"facility_id": 1}, "is CLOSED"),
    (fac.FacilityDefaulted, 0, {"facility_id": 1}, "is CLOSED"),
    (fac.SaleOffered, 0, {"facility_id": 2}, "is WITHDRAWN"),
    (fac.AssetEnforced, 0, {"asset_id": lot()}, "is not in the pool"),
    (fac.ClaimTransferred, 0, {"to_id": OWNER}, "was not offered like that"),
    (fac.ClaimTransferred, 0, {"from_id": SECOND_FUNDER}, "was not offered like that"),
)


@pytest.mark.parametrize(("kind", "nth", "changed", "why"), ALTERED)
def test_an_altered_event_is_no_event_of_this_ledger(
    kind: type[LedgerEvent], nth: int, changed: dict[str, Any], why: str
) -> None:
    assert why in _refused(kind, nth, **changed)


def test_a_facility_is_not_closed_with_a_debt() -> None:
    place = next(place for place in PLACES if isinstance(EVENTS[place].event, fac.FacilityClosed))
    state = project(EVENTS[: place - 1])
    with pytest.raises(DomainError) as refused:
        apply(state, EVENTS[place])
    assert "is closed with a debt" in str(refused.value.facts["reason"])
