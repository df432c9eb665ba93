"""Commands in two languages, as in commands: prices and facilities."""

from __future__ import annotations

from counterfoil.domain.events.facility_events import FacilityTerms
from counterfoil.domain.lot import AssetId
from model.commands import Command


def _terms(terms: FacilityTerms) -> tuple[object, ...]:
    """As IFacilities.Terms."""
    return (
        terms.borrower_id,
        terms.currency,
        terms.principal_minor,
        terms.rate_bps,
        terms.day_basis,
        terms.due_at_s,
        terms.expires_at_s,
        terms.price_source_id,
        terms.price_max_age_s,
        terms.draw_ltv_bps,
        terms.call_ltv_bps,
        terms.call_period_s,
        terms.sale_floor_bps,
        terms.minimum_value_minor,
        terms.registered_at_s,
        terms.agreement_hash,
        terms.registration_hash,
        [(each.good, each.haircut_bps) for each in terms.goods],
        [each.number for each in terms.assets],
    )


def post_price(good: bytes, currency: int, price_minor: int, observed_at_s: int) -> Command:
    return Command(
        name="post_price",
        contract="Prices",
        function="postPrice",
        args=(good, currency, price_minor, observed_at_s),
        apply=lambda ledger, call: ledger.prices.post(
            call,
            good=good,
            currency=currency,
            price_minor=price_minor,
            observed_at_s=observed_at_s,
        ),
    )


def offer_facility(terms: FacilityTerms) -> Command:
    return Command(
        name="offer_facility",
        contract="Facilities",
        function="offerFacility",
        args=(_terms(terms),),
        apply=lambda ledger, call: ledger.facilities.offer(call, terms),
    )


def withdraw_facility(facility_id: int) -> Command:
    return Command(
        name="withdraw_facility",
        contract="Facilities",
        function="withdrawFacility",
        args=(facility_id,),
        apply=lambda ledger, call: ledger.facilities.withdraw_offer(call, facility_id=facility_id),
    )


def accept_facility(facility_id: int, terms: FacilityTerms) -> Command:
    return Command(
        name="accept_facility",
        contract="Facilities",
        function="acceptFacility",
        args=(facility_id, _terms(terms)),
        apply=lambda ledger, call: ledger.facilities.accept(call, facility_id=facility_id, terms=terms),
    )


def add_asset(facility_id: int, asset_id: AssetId) -> Command:
    return Command(
        name="add_asset",
        contract="Facilities",
        function="addAsset",
        args=(facility_id, asset_id.number),
        apply=lambda ledger, call: ledger.facilities.add_asset(
            call, facility_id=facility_id, asset_id=asset_id
        ),
    )


def substitute_asset(facility_id: int, asset_id: AssetId, replacement_id: AssetId) -> Command:
    return Command(
        name="substitute_asset",
        contract="Facilities",
        function="substituteAsset",
        args=(facility_id, asset_id.number, replacement_id.number),
        apply=lambda ledger, call: ledger.facilities.substitute_asset(
            call, facility_id=facility_id, asset_id=asset_id, replacement_id=replacement_id
        ),
    )


def withdraw_asset(facility_id: int, asset_id: AssetId) -> Command:
    return Command(
        name="withdraw_asset",
        contract="Facilities",
        function="withdrawAsset",
        args=(facility_id, asset_id.number),
        apply=lambda ledger, call: ledger.facilities.withdraw_asset(
            call, facility_id=facility_id, asset_id=asset_id
        ),
    )


def repay_facility(facility_id: int, amount_minor: int) -> Command:
    return Command(
        name="repay_facility",
        contract="Facilities",
        function="repayFacility",
        args=(facility_id, amount_minor),
        apply=lambda ledger, call: ledger.facilities.repay(
            call, facility_id=facility_id, amount_minor=amount_minor
        ),
    )


def call_margin(facility_id: int) -> Command:
    return Command(
        name="call_margin",
        contract="Facilities",
        function="callMargin",
        args=(facility_id,),
        apply=lambda ledger, call: ledger.facilities.call_margin(call, facility_id=facility_id),
    )


def lift_margin_call(facility_id: int) -> Command:
    return Command(
        name="lift_margin_call",
        contract="Facilities",
        function="liftMarginCall",
        args=(facility_id,),
        apply=lambda ledger, call: ledger.facilities.lift_margin_call(call, facility_id=facility_id),
    )


def mark_facility_defaulted(facility_id: int) -> Command:
    return Command(
        name="mark_facility_defaulted",
        contract="Facilities",
        function="markFacilityDefaulted",
        args=(facility_id,),
        apply=lambda ledger, call: ledger.facilities.mark_defaulted(call, facility_id=facility_id),
    )


def take_asset(facility_id: int, asset_id: AssetId, price_minor: int) -> Command:
    return Command(
        name="take_asset",
        contract="Facilities",
        function="takeAsset",
        args=(facility_id, asset_id.number, price_minor),
        apply=lambda ledger, call: ledger.facilities.take_asset(
            call, facility_id=facility_id, asset_id=asset_id, price_minor=price_minor
        ),
    )


def offer_sale(
    facility_id: int, asset_id: AssetId, buyer_id: int, price_minor: int, expires_at_s: int
) -> Command:
    return Command(
        name="offer_sale",
        contract="Facilities",
        function="offerSale",
        args=(facility_id, asset_id.number, buyer_id, price_minor, expires_at_s),
        apply=lambda ledger, call: ledger.facilities.offer_sale(
            call,
            facility_id=facility_id,
            asset_id=asset_id,
            buyer_id=buyer_id,
            price_minor=price_minor,
            expires_at_s=expires_at_s,
        ),
    )


def buy_asset(facility_id: int, asset_id: AssetId) -> Command:
    return Command(
        name="buy_asset",
        contract="Facilities",
        function="buyAsset",
        args=(facility_id, asset_id.number),
        apply=lambda ledger, call: ledger.facilities.buy_asset(
            call, facility_id=facility_id, asset_id=asset_id
        ),
    )


def offer_claim(
    facility_id: int, to_id: int, price_minor: int, expires_at_s: int, agreement: bytes
) -> Command:
    return Command(
        name="offer_claim",
        contract="Facilities",
        function="offerClaim",
        args=(facility_id, to_id, price_minor, expires_at_s, agreement),
        apply=lambda ledger, call: ledger.facilities.offer_claim(
            call,
            facility_id=facility_id,
            to_id=to_id,
            price_minor=price_minor,
            expires_at_s=expires_at_s,
            agreement_hash=agreement,
        ),
    )


def take_claim(facility_id: int) -> Command:
    return Command(
        name="take_claim",
        contract="Facilities",
        function="takeClaim",
        args=(facility_id,),
        apply=lambda ledger, call: ledger.facilities.take_claim(call, facility_id=facility_id),
    )
