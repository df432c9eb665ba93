"""What commands over facilities share: who may act, what is in the pool, how a payment is booked."""

from __future__ import annotations

from dataclasses import replace

from counterfoil.domain.events import facility_events as ev
from counterfoil.domain.events.facility_events import RepaidBy
from counterfoil.domain.interest import day_of
from counterfoil.domain.ledger.book import Book, Call, refuse
from counterfoil.domain.ledger.cash import Cash
from counterfoil.domain.ledger.liens import Liens
from counterfoil.domain.ledger.lots import Lots
from counterfoil.domain.lot import ASSET_KIND_LOT, AssetId
from counterfoil.domain.refusals import facility_refusals as codes
from counterfoil.domain.refusals import ledger_refusals as party_codes
from counterfoil.domain.state.facility_state import Facility, financing_number
from counterfoil.domain.state.facility_valuation import (
    Valuation,
    Worth,
    debt_of,
    lot_behind,
    valuation_of,
    worth_of,
)
from counterfoil.domain.states import FacilityState

DRAWN_DOWN = (FacilityState.OPEN, FacilityState.CALLED, FacilityState.DEFAULTED)


class FacilityDebts:
    """Checks and bookings; contracts/FacilityPools.sol and FacilityDebts.sol."""

    def __init__(self, book: Book, *, lots: Lots, liens: Liens, cash_book: Cash) -> None:
        self._book = book
        self._state = book.state
        self._lots = lots
        self._liens = liens
        self._cash = cash_book

    # -- who and when --

    def _in_state(self, facility_id: int, *expected: FacilityState) -> Facility:
        """The facility, if it is in one of these states; a refusal names the first."""
        facility = self._state.facilities.get(facility_id)
        if facility is None:
            refuse(codes.FACILITY_UNKNOWN, facility=facility_id)
        if facility.state not in expected:
            refuse(
                codes.UNEXPECTED_FACILITY_STATE,
                facility=facility_id,
                current=facility.state,
                expected=expected[0],
            )
        return facility

    def _drawn_down(self, facility_id: int) -> Facility:
        return self._in_state(facility_id, *DRAWN_DOWN)

    def _require_funder(self, call: Call, facility: Facility) -> None:
        actor_id = self._book.actor(call).party_id
        if facility.funder_id != actor_id:
            refuse(codes.NOT_FACILITY_FUNDER, facility=facility.facility_id, actor=actor_id)

    def _require_borrower(self, call: Call, facility: Facility) -> None:
        actor_id = self._book.actor(call).party_id
        if facility.borrower_id != actor_id:
            refuse(codes.NOT_FACILITY_BORROWER, facility=facility.facility_id, actor=actor_id)

    def _require_active(self, party_id: int) -> None:
        if not self._book.is_active(party_id):
            refuse(party_codes.PARTY_SUSPENDED, party=party_id)

    # -- pool and worth --

    def _require_in_pool(self, facility: Facility, asset_id: AssetId) -> None:
        lien = self._state.lien_of(asset_id)
        if lien is None or not self._state.is_pledged(asset_id) or lien.facility_id != facility.facility_id:
            refuse(codes.ASSET_NOT_IN_POOL, facility=facility.facility_id, asset=asset_id.number)

    def _worth_of(self, facility: Facility, asset_id: AssetId, *, fresh_at_s: int | None) -> Worth:
        """One asset; with fresh_at_s a price that is missing or too old then is refused."""
        if asset_id.kind == ASSET_KIND_LOT:
            self._lots.lot(lot_behind(asset_id))
        else:
            self._liens.goods_of(asset_id)
        worth = worth_of(self._state, facility, asset_id)
        if fresh_at_s is not None and worth.kept_bps and not worth.is_lot:
            if worth.price is None:
                refuse(codes.PRICE_MISSING, good=worth.good)
            if fresh_at_s > worth.priced_at_s + facility.terms.price_max_age_s:
                refuse(codes.PRICE_STALE, priced_at=worth.priced_at_s, now_at=fresh_at_s)
        if not worth.kept_bps:
            refuse(codes.GOOD_NOT_AGREED, facility=facility.facility_id, good=worth.good)
        return worth

    def _worth_of_new(self, call: Call, facility: Facility, asset_id: AssetId) -> Worth:
        """Of what is about to be pledged: in the facility's currency, at a fresh price."""
        if asset_id.kind == ASSET_KIND_LOT:
            note = self._state.notes.get(lot_behind(asset_id).note_id)
            if (note.currency if note else 0) != facility.terms.currency:
                refuse(codes.CURRENCY_UNLIKE, asset=asset_id.number, currency=facility.terms.currency)
        return self._worth_of(facility, asset_id, fresh_at_s=call.now_s)

    def _value_of_pool(self, call: Call, facility: Facility) -> int:
        """After haircuts, every price being fresh."""
        pool = self._state.pool_of(facility.facility_id)
        return sum(self._worth_of(facility, each, fresh_at_s=call.now_s).value_minor for each in pool)

    def _fresh_valuation(self, call: Call, facility: Facility) -> Valuation:
        self._value_of_pool(call, facility)
        return valuation_of(self._state, facility, call.now_s)

    # -- the debt --

    def _book_payment(
        self, call: Call, facility: Facility, amount_minor: int, by: RepaidBy
    ) -> tuple[Facility, tuple[AssetId, ...]]:
        """Book at most the debt, interest first; returns the facility then, and what to free if it closed."""
        principal, interest = debt_of(facility, call.now_s)
        to_interest = min(amount_minor, interest)
        to_principal = amount_minor - to_interest
        left = replace(
            facility,
            principal_minor=principal - to_principal,
            interest_minor=interest - to_interest,
            accrued_day=day_of(call.now_s),
            repaid_minor=facility.repaid_minor + amount_minor,
        )
        self._put(left)
        self._book.record(
            call,
            ev.FacilityRepaid(
                facility_id=facility.facility_id,
                interest_minor=to_interest,
                principal_minor=to_principal,
                principal_left_minor=left.principal_minor,
                interest_left_minor=left.interest_minor,
                by=by,
            ),
        )
        if left.principal_minor or left.interest_minor:
            return left, ()
        freed = self._state.pool_of(facility.facility_id)
        left = replace(left, state=FacilityState.CLOSED, call_deadline_s=0, pool=())
        self._put(left)
        self._book.record(call, ev.FacilityClosed(facility_id=facility.facility_id))
        return left, freed

    def _free(self, call: Call, assets: tuple[AssetId, ...], *, but: AssetId | None = None) -> None:
        """Discharge what a closed facility has in pledge; `but`: an asset whose lien the caller ends."""
        for asset_id in assets:
            if asset_id != but:
                self._liens.discharge(call, asset_id)

    def _move(self, call: Call, facility: Facility, *, from_id: int, to_id: int, amount_minor: int) -> None:
        self._cash.pay(
            call,
            from_id=from_id,
            to_id=to_id,
            currency=facility.terms.currency,
            amount_minor=amount_minor,
            reference=reference_of(facility.facility_id),
        )

    def _put(self, facility: Facility) -> None:
        self._state.facilities[facility.facility_id] = facility


def reference_of(facility_id: int) -> bytes:
    """What cash and liens name as the ground of what is done."""
    return financing_number(facility_id).to_bytes(32, "big")
