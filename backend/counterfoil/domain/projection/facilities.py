"""Folds of the events of prices and facilities; see counterfoil.domain.projection.fold."""

from __future__ import annotations

from dataclasses import replace

from counterfoil.domain.events import facility_events as facilities
from counterfoil.domain.events.ledger_events import Recorded
from counterfoil.domain.interest import day_of
from counterfoil.domain.state.facility_state import ClaimOffer, Facility, Price, Sale
from counterfoil.domain.state.facility_valuation import claim_of, quantity_of
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import FacilityState

_DRAWN_DOWN = (FacilityState.OPEN, FacilityState.CALLED, FacilityState.DEFAULTED)


def price_posted(state: LedgerState, event: facilities.PricePosted, _: Recorded) -> None:
    """The newest observation counts."""
    place = (event.source_id, event.good, event.currency)
    before = state.prices.get(place)
    if before is not None and before.observed_at_s >= event.observed_at_s:
        raise ValueError(f"a price of {event.observed_at_s} follows one of {before.observed_at_s}")
    state.prices[place] = Price(price_minor=event.price_minor, observed_at_s=event.observed_at_s)


def facility_offered(state: LedgerState, event: facilities.FacilityOffered, _: Recorded) -> None:
    """Terms as offered."""
    if event.facility_id != len(state.facilities) + 1:
        raise ValueError(f"facility {event.facility_id} follows {len(state.facilities)} of them")
    state.facilities[event.facility_id] = Facility(
        facility_id=event.facility_id, funder_id=event.funder_id, terms=event.terms
    )


def facility_withdrawn(state: LedgerState, event: facilities.FacilityWithdrawn, _: Recorded) -> None:
    """The offer binds no more."""
    found = _in_state(state, event.facility_id, FacilityState.OFFERED)
    _put(state, replace(found, state=FacilityState.WITHDRAWN))


def facility_drawn_down(state: LedgerState, event: facilities.FacilityDrawnDown, recorded: Recorded) -> None:
    """Interest runs from this day; the assets follow one by one."""
    found = _in_state(state, event.facility_id, FacilityState.OFFERED)
    _put(
        state,
        replace(
            found,
            state=FacilityState.OPEN,
            principal_minor=found.terms.principal_minor,
            accrued_day=day_of(recorded.at_s),
        ),
    )


def asset_added(state: LedgerState, event: facilities.AssetAdded, _: Recorded) -> None:
    """What left meanwhile is taken off the list before anything comes onto it."""
    found = _in_state(state, event.facility_id, *_DRAWN_DOWN)
    left = state.pool_of(found.facility_id)
    if event.asset_id in left:
        raise ValueError(f"asset {event.asset_id} is in the pool already")
    _put(state, replace(found, pool=(*left, event.asset_id)))


def asset_substituted(state: LedgerState, event: facilities.AssetSubstituted, _: Recorded) -> None:
    """The replacement takes the place on the list."""
    found = _in_state(state, event.facility_id, FacilityState.OPEN)
    left = state.pool_of(found.facility_id)
    if event.asset_id not in left or event.replacement_id in left:
        raise ValueError(f"asset {event.replacement_id} does not come in place of {event.asset_id}")
    pool = tuple(event.replacement_id if each == event.asset_id else each for each in left)
    _put(state, replace(found, pool=pool))


def asset_withdrawn(state: LedgerState, event: facilities.AssetWithdrawn, _: Recorded) -> None:
    """Off the list."""
    found = _in_state(state, event.facility_id, FacilityState.OPEN)
    _put(state, found.without(event.asset_id))


def facility_repaid(state: LedgerState, event: facilities.FacilityRepaid, recorded: Recorded) -> None:
    """What is left, with interest up to this day."""
    found = _in_state(state, event.facility_id, *_DRAWN_DOWN)
    if found.principal_minor - event.principal_minor != event.principal_left_minor:
        raise ValueError(f"facility {event.facility_id}: the principal left does not follow")
    _put(
        state,
        replace(
            found,
            principal_minor=event.principal_left_minor,
            interest_minor=event.interest_left_minor,
            accrued_day=day_of(recorded.at_s),
            repaid_minor=found.repaid_minor + event.interest_minor + event.principal_minor,
        ),
    )


def facility_closed(state: LedgerState, event: facilities.FacilityClosed, _: Recorded) -> None:
    """Nothing is owed; the liens that are left end one by one."""
    found = _in_state(state, event.facility_id, *_DRAWN_DOWN)
    if found.principal_minor or found.interest_minor:
        raise ValueError(f"facility {event.facility_id} is closed with a debt")
    _put(state, replace(found, state=FacilityState.CLOSED, call_deadline_s=0, pool=()))


def margin_called(state: LedgerState, event: facilities.MarginCalled, _: Recorded) -> None:
    """The deadline runs."""
    found = _in_state(state, event.facility_id, FacilityState.OPEN)
    _put(state, replace(found, state=FacilityState.CALLED, call_deadline_s=event.deadline_s))


def margin_call_lifted(state: LedgerState, event: facilities.MarginCallLifted, _: Recorded) -> None:
    """As before the call."""
    found = _in_state(state, event.facility_id, FacilityState.CALLED)
    _put(state, replace(found, state=FacilityState.OPEN, call_deadline_s=0))


def facility_defaulted(state: LedgerState, event: facilities.FacilityDefaulted, _: Recorded) -> None:
    """Past due; interest runs on."""
    found = _in_state(state, event.facility_id, FacilityState.OPEN, FacilityState.CALLED)
    _put(state, replace(found, state=FacilityState.DEFAULTED, call_deadline_s=0))


def sale_offered(state: LedgerState, event: facilities.SaleOffered, _: Recorded) -> None:
    """Of the asset as it is now."""
    found = _in_state(state, event.facility_id, FacilityState.CALLED, FacilityState.DEFAULTED)
    sale = Sale(
        buyer_id=event.buyer_id,
        price_minor=event.price_minor,
        expires_at_s=event.expires_at_s,
        funder_id=found.funder_id,
        sequence=state.liens[event.asset_id][-1].sequence,
        quantity=quantity_of(state, event.asset_id),
    )
    _put(state, found.with_sale(event.asset_id, sale))


def asset_enforced(state: LedgerState, event: facilities.AssetEnforced, _: Recorded) -> None:
    """Off the list; a buyer's sale is done."""
    found = _in_state(state, event.facility_id, FacilityState.CALLED, FacilityState.DEFAULTED)
    left = found.without(event.asset_id)
    if event.buyer_id != found.funder_id:
        left = left.with_sale(event.asset_id, None)
    _put(state, left)


def claim_offered(state: LedgerState, event: facilities.ClaimOffered, _: Recorded) -> None:
    """Of the claim as it is now."""
    found = _in_state(state, event.facility_id, *_DRAWN_DOWN)
    offer = ClaimOffer(
        to_id=event.to_id,
        price_minor=event.price_minor,
        expires_at_s=event.expires_at_s,
        agreement_hash=event.agreement_hash,
        claim=claim_of(state, found),
    )
    _put(state, replace(found, claim_offer=offer))


def claim_transferred(state: LedgerState, event: facilities.ClaimTransferred, _: Recorded) -> None:
    """Another funder; its liens follow one by one."""
    found = _in_state(state, event.facility_id, *_DRAWN_DOWN)
    offer = found.claim_offer
    if found.funder_id != event.from_id or offer is None or offer.to_id != event.to_id:
        raise ValueError(f"the claim of facility {event.facility_id} was not offered like that")
    _put(state, replace(found, funder_id=event.to_id, claim_offer=None))


def _put(state: LedgerState, facility: Facility) -> None:
    state.facilities[facility.facility_id] = facility


def _in_state(state: LedgerState, facility_id: int, *expected: FacilityState) -> Facility:
    found = state.facilities[facility_id]
    if found.state not in expected:
        raise ValueError(f"facility {facility_id} is {found.state.name}")
    return found
