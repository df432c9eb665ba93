"""The fold from events to state: complete, and not to be talked into a wrong state."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any

import pytest
from model_ledger import CORE, FIRST, SECOND, lived, with_parties

from counterfoil.domain.errors import DomainError
from counterfoil.domain.events import cash_events, council_events, facility_events, goods_events, lien_events
from counterfoil.domain.events import ledger_events as events
from counterfoil.domain.events.ledger_events import LedgerEvent, LotSplit, PaymentApplied, Recorded
from counterfoil.domain.lot import LotId
from counterfoil.domain.projection.fold import PROJECTION_MISMATCH, apply, project, projected_events
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.sub_range import SubRange

# A key of the same party may be added again after it was removed, so adding it says what is already so.
SAYS_WHAT_IS_SO = (events.KeyAdded,)


def test_every_event_has_a_fold() -> None:
    declared = {
        found
        for module in (events, lien_events, cash_events, goods_events, facility_events, council_events)
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, LedgerEvent) and found is not LedgerEvent
    }
    assert projected_events() == declared


def test_a_life_is_rebuilt_in_pieces() -> None:
    ledger = lived()
    half = len(ledger.events) // 2
    state = project(ledger.events[:half])
    assert state != ledger.state
    assert project(ledger.events[half:], state) is state
    assert state == ledger.state


def _outcome(recorded: list[Recorded]) -> LedgerState | str:
    """The state, or the code of the refusal."""
    try:
        return project(recorded)
    except DomainError as refused:
        return refused.code


@pytest.mark.parametrize("place", range(len(lived().events)))
def test_an_event_that_is_missing_is_noticed_or_leaves_another_state(place: int) -> None:
    ledger = lived()
    outcome = _outcome(ledger.events[:place] + ledger.events[place + 1 :])
    assert outcome == PROJECTION_MISMATCH or outcome != ledger.state


@pytest.mark.parametrize("place", range(len(lived().events)))
def test_an_event_that_comes_twice_is_noticed_or_leaves_another_state(place: int) -> None:
    ledger = lived()
    outcome = _outcome([*ledger.events[: place + 1], *ledger.events[place:]])
    if isinstance(ledger.events[place].event, SAYS_WHAT_IS_SO):
        assert outcome == ledger.state
    else:
        assert outcome == PROJECTION_MISMATCH or outcome != ledger.state


def _first(kind: type[LedgerEvent]) -> tuple[int, Any]:
    for place, recorded in enumerate(lived().events):
        if isinstance(recorded.event, kind):
            return place, recorded.event
    raise LookupError(kind)


def _refused(place: int, changed: LedgerEvent) -> str:
    recorded = lived().events
    state = project(recorded[:place])
    with pytest.raises(DomainError) as refused:
        apply(state, replace(recorded[place], event=changed))
    assert refused.value.code == PROJECTION_MISMATCH
    return str(refused.value.facts["reason"])


def test_a_split_that_does_not_fill_its_lot_is_no_event_of_this_ledger() -> None:
    place, event = _first(LotSplit)
    short = (*event.children[:-1], replace(event.children[-1], positions=SubRange(601, 999)))
    assert "ends at 999 instead of 1000" in _refused(place, replace(event, children=short))
    assert "segment 2 follows 1" in _refused(place, replace(event, segment=2))
    assert "unknown" in _refused(place, replace(event, lot_id=LotId(9, 0, 0)))


def test_a_payment_that_skips_a_lot_or_pays_another_is_noticed() -> None:
    place, event = _first(PaymentApplied)
    assert "does not follow position 0" in _refused(place, replace(event, payouts=event.payouts[1:]))
    other = (replace(event.payouts[0], party_id=SECOND), *event.payouts[1:])
    assert "is held otherwise" in _refused(place, replace(event, payouts=other))


def test_a_key_of_one_party_is_not_another_ones() -> None:
    ledger = with_parties()
    key = next(iter(ledger.state.parties[CORE].keys))
    taken = Recorded(event=events.KeyAdded(party_id=FIRST, key=key), at_s=0)
    with pytest.raises(DomainError) as refused:
        project([*ledger.events, taken])
    assert f"belongs to party {CORE}" in str(refused.value.facts["reason"])


def test_what_is_no_event_of_the_ledger_is_refused() -> None:
    with pytest.raises(DomainError) as refused:
        apply(LedgerState(), Recorded(event=LedgerEvent(), at_s=0))
    assert refused.value.facts["reason"] == "it is not an event of the ledger"
