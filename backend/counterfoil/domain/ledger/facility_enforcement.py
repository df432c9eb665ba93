"""Margin calls, default, enforcement and the sale of the claim (contracts/FacilityEnforcement.sol).

Whom something is offered to signs for what it saw: an open offer is not replaced by another one, and lapses
when what it offers has changed.
"""

from __future__ import annotations

from dataclasses import replace

from counterfoil.domain.events import facility_events as ev
from counterfoil.domain.events.facility_events import RepaidBy
from counterfoil.domain.ledger.book import NO_HASH, Call, refuse
from counterfoil.domain.ledger.facility_debts import FacilityDebts, reference_of
from counterfoil.domain.ledger.facility_terms import term_invalid
from counterfoil.domain.lot import AssetId
from counterfoil.domain.refusals import facility_refusals as codes
from counterfoil.domain.state.facility_state import ClaimOffer, Facility, Sale
from counterfoil.domain.state.facility_valuation import BPS, claim_of, debt_of, valuation_of
from counterfoil.domain.states import FacilityState, PartyRole

_CLOCK_LIMIT = 2**40


class FacilityEnforcement(FacilityDebts):
    """What the funder may do when the pool or the borrower falls short, and with its claim."""

    def call_margin(self, call: Call, *, facility_id: int) -> None:
        """The funder calls for more security, or repayment, until a deadline."""
        facility = self._in_state(facility_id, FacilityState.OPEN)
        self._require_funder(call, facility)
        valuation = self._fresh_valuation(call, facility)
        limit = facility.terms.call_ltv_bps
        if valuation.ltv_bps <= limit:
            refuse(
                codes.LTV_WITHIN_LIMIT,
                facility=facility_id,
                ltv_bps=valuation.ltv_bps,
                limit_bps=limit,
            )
        deadline_s = (call.now_s + facility.terms.call_period_s) % _CLOCK_LIMIT
        self._put(replace(facility, state=FacilityState.CALLED, call_deadline_s=deadline_s))
        self._book.record(
            call,
            ev.MarginCalled(
                facility_id=facility_id,
                value_minor=valuation.value_minor,
                debt_minor=valuation.debt_minor,
                deadline_s=deadline_s,
            ),
        )

    def lift_margin_call(self, call: Call, *, facility_id: int) -> None:
        """Either side records that the call is answered."""
        facility = self._in_state(facility_id, FacilityState.CALLED)
        if self._book.actor(call).party_id != facility.borrower_id:
            self._require_funder(call, facility)
        ltv_bps = self._fresh_valuation(call, facility).ltv_bps
        limit = facility.terms.call_ltv_bps
        if ltv_bps > limit:
            refuse(codes.LTV_ABOVE_LIMIT, facility=facility_id, ltv_bps=ltv_bps, limit_bps=limit)
        self._put(replace(facility, state=FacilityState.OPEN, call_deadline_s=0))
        self._book.record(call, ev.MarginCallLifted(facility_id=facility_id))

    def mark_defaulted(self, call: Call, *, facility_id: int) -> None:
        """The funder records that the debt was not paid when due."""
        facility = self._in_state(facility_id, FacilityState.OPEN, FacilityState.CALLED)
        self._require_funder(call, facility)
        due_at_s = facility.terms.due_at_s
        if call.now_s <= due_at_s:
            refuse(codes.FACILITY_NOT_DUE, facility=facility_id, due_at=due_at_s, now_at=call.now_s)
        self._put(replace(facility, state=FacilityState.DEFAULTED, call_deadline_s=0))
        debt_minor = sum(debt_of(facility, call.now_s))
        self._book.record(call, ev.FacilityDefaulted(facility_id=facility_id, debt_minor=debt_minor))

    # -- enforcement --

    def take_asset(self, call: Call, *, facility_id: int, asset_id: AssetId, price_minor: int) -> None:
        """The funder takes an asset over at a price, and pays what that is above the debt."""
        facility = self._drawn_down(facility_id)
        self._require_funder(call, facility)
        self._require_enforceable(call, facility, asset_id, price_minor)
        with self._book.whole():
            freed, taken = self._enforced_for(call, facility, asset_id, facility.funder_id, price_minor)
            self._pay_surplus(call, facility, asset_id, facility.funder_id, price_minor - taken)
            self._hand_over(call, facility, asset_id, facility.funder_id, freed)

    def offer_sale(
        self,
        call: Call,
        *,
        facility_id: int,
        asset_id: AssetId,
        buyer_id: int,
        price_minor: int,
        expires_at_s: int,
    ) -> None:
        """The funder offers an asset that it may enforce to a buyer."""
        facility = self._drawn_down(facility_id)
        self._require_funder(call, facility)
        if buyer_id in (facility.funder_id, facility.borrower_id):
            term_invalid("buyer")
        self._require_active(buyer_id)
        if expires_at_s <= call.now_s:
            term_invalid("expiresAt")
        quantity = self._require_enforceable(call, facility, asset_id, price_minor)
        sequence = self._liens.active(asset_id).sequence
        before = facility.sale_of(asset_id)
        if (
            before is not None
            and call.now_s <= before.expires_at_s
            and before.is_of(funder_id=facility.funder_id, sequence=sequence, quantity=quantity)
        ):
            refuse(
                codes.SALE_OPEN,
                facility=facility_id,
                asset=asset_id.number,
                expires_at=before.expires_at_s,
            )
        sale = Sale(
            buyer_id=buyer_id,
            price_minor=price_minor,
            expires_at_s=expires_at_s,
            funder_id=facility.funder_id,
            sequence=sequence,
            quantity=quantity,
        )
        self._put(facility.with_sale(asset_id, sale))
        self._book.record(
            call,
            ev.SaleOffered(
                facility_id=facility_id,
                asset_id=asset_id,
                buyer_id=buyer_id,
                price_minor=price_minor,
                expires_at_s=expires_at_s,
            ),
        )

    def buy_asset(self, call: Call, *, facility_id: int, asset_id: AssetId) -> None:
        """The buyer pays, the debt first, and the asset is its own."""
        facility = self._drawn_down(facility_id)
        actor_id = self._book.actor(call).party_id
        sale = facility.sale_of(asset_id)
        if sale is None or sale.buyer_id != actor_id:
            refuse(codes.SALE_UNKNOWN, facility=facility_id, asset=asset_id.number)
        if call.now_s > sale.expires_at_s:
            refuse(
                codes.SALE_EXPIRED,
                facility=facility_id,
                asset=asset_id.number,
                expires_at=sale.expires_at_s,
            )
        self._require_active(facility.funder_id)
        quantity = self._require_enforceable(call, facility, asset_id, sale.price_minor)
        sequence = self._liens.active(asset_id).sequence
        if not sale.is_of(funder_id=facility.funder_id, sequence=sequence, quantity=quantity):
            refuse(codes.SALE_UNKNOWN, facility=facility_id, asset=asset_id.number)
        with self._book.whole():
            sold = facility.with_sale(asset_id, None)
            freed, taken = self._enforced_for(call, sold, asset_id, actor_id, sale.price_minor)
            self._move(call, facility, from_id=actor_id, to_id=facility.funder_id, amount_minor=taken)
            self._pay_surplus(call, facility, asset_id, actor_id, sale.price_minor - taken)
            self._hand_over(call, facility, asset_id, actor_id, freed)

    # -- the claim --

    def offer_claim(
        self,
        call: Call,
        *,
        facility_id: int,
        to_id: int,
        price_minor: int,
        expires_at_s: int,
        agreement_hash: bytes,
    ) -> None:
        """The funder offers its claim, liens included, to another funder."""
        facility = self._drawn_down(facility_id)
        self._require_funder(call, facility)
        if to_id in (facility.funder_id, facility.borrower_id):
            term_invalid("to")
        self._require_active(to_id)
        if price_minor == 0:
            term_invalid("priceMinor")
        if expires_at_s <= call.now_s:
            term_invalid("expiresAt")
        if agreement_hash == NO_HASH:
            term_invalid("agreementHash")
        claim = claim_of(self._state, facility)
        before = facility.claim_offer
        if before is not None and call.now_s <= before.expires_at_s and before.claim == claim:
            refuse(codes.CLAIM_OPEN, facility=facility_id, expires_at=before.expires_at_s)
        offer = ClaimOffer(
            to_id=to_id,
            price_minor=price_minor,
            expires_at_s=expires_at_s,
            agreement_hash=agreement_hash,
            claim=claim,
        )
        self._put(replace(facility, claim_offer=offer))
        self._book.record(
            call,
            ev.ClaimOffered(
                facility_id=facility_id,
                to_id=to_id,
                price_minor=price_minor,
                expires_at_s=expires_at_s,
                agreement_hash=agreement_hash,
            ),
        )

    def take_claim(self, call: Call, *, facility_id: int) -> None:
        """Another funder pays for the claim and has it, with every lien."""
        facility = self._drawn_down(facility_id)
        actor_id = self._book.actor_with(call, PartyRole.FUNDER).party_id
        offer = facility.claim_offer
        if (
            offer is None
            or offer.to_id != actor_id
            or call.now_s > offer.expires_at_s
            or offer.claim != claim_of(self._state, facility)
        ):
            refuse(codes.CLAIM_NOT_OFFERED, facility=facility_id)
        from_id = facility.funder_id
        self._require_active(from_id)
        with self._book.whole():
            self._put(replace(facility, funder_id=actor_id, claim_offer=None))
            self._book.record(
                call,
                ev.ClaimTransferred(
                    facility_id=facility_id,
                    from_id=from_id,
                    to_id=actor_id,
                    price_minor=offer.price_minor,
                ),
            )
            for asset_id in self._state.pool_of(facility_id):
                self._liens.reassign(
                    call,
                    asset_id=asset_id,
                    pledgee_id=actor_id,
                    agreement_hash=offer.agreement_hash,
                )
            self._move(call, facility, from_id=actor_id, to_id=from_id, amount_minor=offer.price_minor)

    def _require_enforceable(
        self, call: Call, facility: Facility, asset_id: AssetId, price_minor: int
    ) -> int:
        """Refuse unless this asset may be enforced at this price now; returns its quantity."""
        if facility.state is not FacilityState.DEFAULTED:
            late = facility.state is FacilityState.CALLED and call.now_s > facility.call_deadline_s
            # However old the prices: a source that fell silent must not shield who did not answer a call.
            if (
                not late
                or valuation_of(self._state, facility, call.now_s).ltv_bps <= facility.terms.call_ltv_bps
            ):
                refuse(
                    codes.NOT_ENFORCEABLE,
                    facility=facility.facility_id,
                    call_deadline=facility.call_deadline_s,
                )
        self._require_in_pool(facility, asset_id)
        worth = self._worth_of(facility, asset_id, fresh_at_s=None)
        # Nothing is given away, however worthless.
        floor = max(1, -(-worth.gross_minor * facility.terms.sale_floor_bps // BPS))
        if price_minor < floor:
            refuse(
                codes.PRICE_BELOW_FLOOR,
                asset=asset_id.number,
                price_minor=price_minor,
                floor_minor=floor,
            )
        return worth.quantity

    def _enforced_for(
        self, call: Call, facility: Facility, asset_id: AssetId, buyer_id: int, price_minor: int
    ) -> tuple[tuple[AssetId, ...], int]:
        """Book the price against the debt: the assets to free if that closes it, and what the debt needs."""
        taken = min(price_minor, sum(debt_of(facility, call.now_s)))
        left = facility.without(asset_id)
        self._put(left)
        self._book.record(
            call,
            ev.AssetEnforced(
                facility_id=facility.facility_id,
                asset_id=asset_id,
                buyer_id=buyer_id,
                price_minor=price_minor,
                surplus_minor=price_minor - taken,
            ),
        )
        _, freed = self._book_payment(call, left, taken, RepaidBy.ENFORCEMENT)
        return freed, taken

    def _pay_surplus(
        self, call: Call, facility: Facility, asset_id: AssetId, payer_id: int, minor: int
    ) -> None:
        """To whom the asset belonged: the borrower, unless a court gave it to another under the lien."""
        owner_id = self._liens.holder_of(asset_id)
        if minor and owner_id != payer_id:
            self._move(call, facility, from_id=payer_id, to_id=owner_id, amount_minor=minor)

    def _hand_over(
        self,
        call: Call,
        facility: Facility,
        asset_id: AssetId,
        buyer_id: int,
        freed: tuple[AssetId, ...],
    ) -> None:
        reason = reference_of(facility.facility_id)
        self._liens.enforce(call, asset_id=asset_id, to_id=buyer_id, reason_hash=reason)
        self._free(call, freed)
