"""Commands over facilities (contracts/interfaces/IFacilities.sol): a loan over a pool that is watched."""

from __future__ import annotations

from dataclasses import replace

from counterfoil.domain.events import facility_events as ev
from counterfoil.domain.events.facility_events import FacilityTerms, RepaidBy
from counterfoil.domain.interest import day_of
from counterfoil.domain.ledger.book import Call, refuse
from counterfoil.domain.ledger.facility_enforcement import FacilityEnforcement
from counterfoil.domain.ledger.facility_terms import MAX_ASSETS, check_terms
from counterfoil.domain.ledger.financing import WHOLE_DEBT
from counterfoil.domain.ledger.liens import Pledge
from counterfoil.domain.lot import AssetId
from counterfoil.domain.refusals import facility_refusals as codes
from counterfoil.domain.state.facility_state import Facility, financing_number
from counterfoil.domain.state.facility_valuation import NEVER_PRICED_S, Valuation, debt_of
from counterfoil.domain.states import FacilityState, PartyRole


class Facilities(FacilityEnforcement):
    """The commands of funder and borrower while the facility runs as agreed."""

    def offer(self, call: Call, terms: FacilityTerms) -> int:
        """Offer a facility; returns its number."""
        funder_id = self._book.actor_with(call, PartyRole.FUNDER).party_id
        check_terms(self._state, terms, funder_id=funder_id, now_s=call.now_s)
        facility_id = len(self._state.facilities) + 1
        self._put(Facility(facility_id=facility_id, funder_id=funder_id, terms=terms))
        self._book.record(call, ev.FacilityOffered(facility_id=facility_id, funder_id=funder_id, terms=terms))
        return facility_id

    def withdraw_offer(self, call: Call, *, facility_id: int) -> None:
        """The funder takes its offer back."""
        facility = self._in_state(facility_id, FacilityState.OFFERED)
        self._require_funder(call, facility)
        self._put(replace(facility, state=FacilityState.WITHDRAWN))
        self._book.record(call, ev.FacilityWithdrawn(facility_id=facility_id))

    def accept(self, call: Call, *, facility_id: int, terms: FacilityTerms) -> None:
        """The borrower takes the offer, whose terms it states again."""
        offered = self._in_state(facility_id, FacilityState.OFFERED)
        self._require_borrower(call, offered)
        if call.now_s > offered.terms.expires_at_s:
            refuse(
                codes.FACILITY_OFFER_EXPIRED,
                facility=facility_id,
                expires_at=offered.terms.expires_at_s,
            )
        if terms != offered.terms:
            refuse(codes.TERMS_UNLIKE, facility=facility_id)
        self._require_active(offered.funder_id)
        facility = replace(
            offered,
            state=FacilityState.OPEN,
            principal_minor=terms.principal_minor,
            accrued_day=day_of(call.now_s),
        )
        worth = [self._worth_of_new(call, facility, each) for each in terms.assets]
        valuation = self._within_limits(call, facility, sum(each.value_minor for each in worth))
        with self._book.whole():
            self._put(facility)
            self._book.record(
                call,
                ev.FacilityDrawnDown(
                    facility_id=facility_id,
                    value_minor=valuation.value_minor,
                    ltv_bps=valuation.ltv_bps,
                ),
            )
            for asset_id in terms.assets:
                self._add(call, facility_id, asset_id)
            self._move(
                call,
                facility,
                from_id=facility.funder_id,
                to_id=facility.borrower_id,
                amount_minor=terms.principal_minor,
            )

    def add_asset(self, call: Call, *, facility_id: int, asset_id: AssetId) -> None:
        """The borrower puts a further asset into the pool."""
        facility = self._drawn_down(facility_id)
        self._require_borrower(call, facility)
        self._worth_of_new(call, facility, asset_id)
        if len(self._state.pool_of(facility_id)) >= MAX_ASSETS:
            refuse(codes.POOL_FULL, facility=facility_id, maximum=MAX_ASSETS)
        with self._book.whole():
            self._add(call, facility_id, asset_id)

    def substitute_asset(
        self, call: Call, *, facility_id: int, asset_id: AssetId, replacement_id: AssetId
    ) -> None:
        """The borrower puts equal or better goods in the place of an asset."""
        facility = self._in_state(facility_id, FacilityState.OPEN)
        self._require_borrower(call, facility)
        self._require_in_pool(facility, asset_id)
        former = self._worth_of(facility, asset_id, fresh_at_s=call.now_s).value_minor
        coming = self._worth_of_new(call, facility, replacement_id).value_minor
        if coming < former:
            refuse(
                codes.SUBSTITUTE_WORTH_LESS,
                replacement=replacement_id.number,
                value_minor=coming,
                former_minor=former,
            )
        self._within_limits(call, facility, self._value_of_pool(call, facility) + coming - former)
        pool = tuple(
            replacement_id if each == asset_id else each for each in self._state.pool_of(facility_id)
        )
        with self._book.whole():
            self._put(replace(facility, pool=pool))
            self._book.record(
                call,
                ev.AssetSubstituted(
                    facility_id=facility_id, asset_id=asset_id, replacement_id=replacement_id
                ),
            )
            self._pledge(call, facility, replacement_id)
            self._liens.discharge(call, asset_id)

    def withdraw_asset(self, call: Call, *, facility_id: int, asset_id: AssetId) -> None:
        """The borrower takes an asset out that the pool does not need."""
        facility = self._in_state(facility_id, FacilityState.OPEN)
        self._require_borrower(call, facility)
        self._require_in_pool(facility, asset_id)
        value = self._value_of_pool(call, facility)
        value -= self._worth_of(facility, asset_id, fresh_at_s=call.now_s).value_minor
        self._within_limits(call, facility, value)
        self._put(facility.without(asset_id))
        self._book.record(call, ev.AssetWithdrawn(facility_id=facility_id, asset_id=asset_id))
        self._liens.discharge(call, asset_id)

    def repay(self, call: Call, *, facility_id: int, amount_minor: int) -> int:
        """Pay the debt in whole (WHOLE_DEBT) or in part; returns what was paid."""
        facility = self._drawn_down(facility_id)
        self._require_borrower(call, facility)
        owed = sum(debt_of(facility, call.now_s))
        if amount_minor == WHOLE_DEBT:
            amount_minor = owed
        if amount_minor > owed:
            refuse(
                codes.FACILITY_REPAYMENT_TOO_LARGE,
                facility=facility_id,
                debt_minor=owed,
                amount_minor=amount_minor,
            )
        with self._book.whole():
            _, freed = self._book_payment(call, facility, amount_minor, RepaidBy.BORROWER)
            self._move(
                call,
                facility,
                from_id=facility.borrower_id,
                to_id=facility.funder_id,
                amount_minor=amount_minor,
            )
            self._free(call, freed)
        return amount_minor

    # -- what settlement asks --

    def collect(
        self, call: Call, *, facility_id: int, asset_id: AssetId, available_minor: int
    ) -> tuple[int, int, bool]:
        """Take what is owed from a lot's payment: (funder, amount, whether a debt is left).

        The caller ends the lot's own lien.
        """
        facility = self._drawn_down(facility_id)
        if available_minor == 0:
            return facility.funder_id, 0, True
        taken = min(available_minor, sum(debt_of(facility, call.now_s)))
        left, freed = self._book_payment(call, facility, taken, RepaidBy.SETTLEMENT)
        self._free(call, freed, but=asset_id)
        return facility.funder_id, taken, left.state is not FacilityState.CLOSED

    def _add(self, call: Call, facility_id: int, asset_id: AssetId) -> None:
        """What left the pool comes off its list before anything comes onto it: it may come back."""
        facility = self._state.facilities[facility_id]
        self._put(replace(facility, pool=(*self._state.pool_of(facility_id), asset_id)))
        self._book.record(call, ev.AssetAdded(facility_id=facility_id, asset_id=asset_id))
        self._pledge(call, facility, asset_id)

    def _pledge(self, call: Call, facility: Facility, asset_id: AssetId) -> None:
        terms = facility.terms
        agreed = Pledge(
            asset_id=asset_id,
            pledgee_id=facility.funder_id,
            secured_minor=facility.principal_minor,
            registered_at_s=terms.registered_at_s,
            agreement_hash=terms.agreement_hash,
            registration_hash=terms.registration_hash,
        )
        self._liens.place(
            call,
            agreed,
            pledgor_id=facility.borrower_id,
            financing_id=financing_number(facility.facility_id),
        )

    def _within_limits(self, call: Call, facility: Facility, value_minor: int) -> Valuation:
        """Refuse a pool of this value after haircuts, unless minimum and drawdown limit hold."""
        valuation = Valuation(
            gross_minor=value_minor,
            value_minor=value_minor,
            debt_minor=sum(debt_of(facility, call.now_s)),
            priced_at_s=NEVER_PRICED_S,
        )
        terms = facility.terms
        if value_minor < terms.minimum_value_minor:
            refuse(
                codes.VALUE_BELOW_MINIMUM,
                facility=facility.facility_id,
                value_minor=value_minor,
                minimum_minor=terms.minimum_value_minor,
            )
        if valuation.ltv_bps > terms.draw_ltv_bps:
            refuse(
                codes.LTV_ABOVE_LIMIT,
                facility=facility.facility_id,
                ltv_bps=valuation.ltv_bps,
                limit_bps=terms.draw_ltv_bps,
            )
        return valuation
