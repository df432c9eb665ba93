"""Operations of a funder whose facility is in trouble, and the transfer of its claim."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from counterfoil.domain.money import Currency, Money
from counterfoil.entrypoints.operations.facilities import PoolAsset
from counterfoil.entrypoints.operations.fields import Agreement, Amount, FacilityId, PartyId
from counterfoil.entrypoints.operations.financings import ExpiresAt
from counterfoil.entrypoints.operations.operation import Body, Desk, Operation
from counterfoil.usecases.facilities.buy_asset import buy_asset
from counterfoil.usecases.facilities.call_margin import call_margin
from counterfoil.usecases.facilities.lift_margin_call import lift_margin_call
from counterfoil.usecases.facilities.mark_facility_defaulted import mark_facility_defaulted
from counterfoil.usecases.facilities.offer_claim import offer_claim
from counterfoil.usecases.facilities.offer_sale import offer_sale
from counterfoil.usecases.facilities.take_asset import take_asset
from counterfoil.usecases.facilities.take_claim import take_claim
from counterfoil.usecases.goods_resolving import find_asset, find_facility

RESOURCE = "facilities"
_OPEN_FOR = timedelta(days=7)


class CallMargin(Body):
    """Call margin, as the funder; the deadline is the agreed period from then."""

    facility_id: FacilityId


class LiftMarginCall(Body):
    """End a margin call, as funder or borrower, once the loan-to-value is within the limit."""

    facility_id: FacilityId


class MarkFacilityDefaulted(Body):
    """Record that the debt was not paid when due, as the funder."""

    facility_id: FacilityId


class TakeAsset(Body):
    """Take an asset over, as the funder in enforcement; what is above the debt goes to the borrower."""

    facility_id: FacilityId
    asset: PoolAsset
    price: Annotated[Amount, Field(description="At no less than the asset's floor.")]


class OfferSale(Body):
    """Offer an asset to a buyer, as the funder in enforcement."""

    facility_id: FacilityId
    asset: PoolAsset
    buyer_party_id: Annotated[PartyId, Field(description="Who may buy it.")]
    price: Annotated[Amount, Field(description="At no less than the asset's floor.")]
    expires_at: ExpiresAt = None


class BuyAsset(Body):
    """Buy an asset in enforcement, as the buyer: money and asset change hands at once."""

    facility_id: FacilityId
    asset: PoolAsset


class OfferClaim(Body):
    """Offer the claim with its liens to another funder."""

    facility_id: FacilityId
    to_party_id: Annotated[PartyId, Field(description="The other funder.")]
    price: Annotated[Amount, Field(description="What it pays.")]
    agreement: Agreement
    expires_at: ExpiresAt = None


class TakeClaim(Body):
    """Take an offered claim, as the other funder: liens and money change hands at once."""

    facility_id: FacilityId


def _sale_price(desk: Desk, body: BuyAsset) -> Money | None:
    facility = find_facility(desk.bench, body.facility_id)
    sale = facility.sale_of(find_asset(desk.bench, body.asset))
    return None if sale is None else Money(sale.price_minor, Currency.of_numeric(facility.terms.currency))


def _claim_price(desk: Desk, body: TakeClaim) -> Money | None:
    facility = find_facility(desk.bench, body.facility_id)
    offer = facility.claim_offer
    return None if offer is None else Money(offer.price_minor, Currency.of_numeric(facility.terms.currency))


def _for(price: Money | None) -> str:
    return "" if price is None else f" for {price}"


OPERATIONS = (
    Operation(
        name="call_margin",
        resource=RESOURCE,
        path="/facilities/{facility_id}/call-margin",
        summary="Call margin",
        body=CallMargin,
        run=lambda desk, body: call_margin(desk.bench, actor=desk.party, facility_id=body.facility_id),
        sentence=lambda _desk, body: f"Call margin under facility {body.facility_id}",
    ),
    Operation(
        name="lift_margin_call",
        resource=RESOURCE,
        path="/facilities/{facility_id}/lift-margin-call",
        summary="Lift a margin call",
        body=LiftMarginCall,
        run=lambda desk, body: lift_margin_call(desk.bench, actor=desk.party, facility_id=body.facility_id),
        sentence=lambda _desk, body: f"Lift the margin call under facility {body.facility_id}",
    ),
    Operation(
        name="mark_facility_defaulted",
        resource=RESOURCE,
        path="/facilities/{facility_id}/default",
        summary="Record a default of a facility",
        body=MarkFacilityDefaulted,
        run=lambda desk, body: mark_facility_defaulted(
            desk.bench, actor=desk.party, facility_id=body.facility_id
        ),
        sentence=lambda _desk, body: f"Record that facility {body.facility_id} is in default",
    ),
    Operation(
        name="take_asset",
        resource=RESOURCE,
        path="/facilities/{facility_id}/assets/{asset}/take",
        summary="Take an asset over",
        body=TakeAsset,
        run=lambda desk, body: take_asset(
            desk.bench,
            actor=desk.party,
            facility_id=body.facility_id,
            asset=body.asset,
            price_minor=desk.minor_of_facility(body.price, body.facility_id),
        ),
        sentence=lambda _desk, body: (
            f"Take {body.asset} of facility {body.facility_id} over for {body.price.money}"
        ),
        stated=lambda body: body.price.money,
    ),
    Operation(
        name="offer_sale",
        resource=RESOURCE,
        path="/facilities/{facility_id}/assets/{asset}/offer-sale",
        summary="Offer an asset for sale",
        body=OfferSale,
        run=lambda desk, body: offer_sale(
            desk.bench,
            actor=desk.party,
            facility_id=body.facility_id,
            asset=body.asset,
            buyer=body.buyer_party_id,
            price_minor=desk.minor_of_facility(body.price, body.facility_id),
            expires_at=body.expires_at or desk.bench.now() + _OPEN_FOR,
        ),
        sentence=lambda desk, body: (
            f"Offer {body.asset} to {desk.named(body.buyer_party_id)} for {body.price.money}"
        ),
        stated=lambda body: body.price.money,
    ),
    Operation(
        name="buy_asset",
        resource=RESOURCE,
        path="/facilities/{facility_id}/assets/{asset}/buy",
        summary="Buy an asset",
        body=BuyAsset,
        run=lambda desk, body: buy_asset(
            desk.bench, actor=desk.party, facility_id=body.facility_id, asset=body.asset
        ),
        sentence=lambda desk, body: (
            f"Buy {body.asset} of facility {body.facility_id}{_for(_sale_price(desk, body))}"
        ),
        looked_up=_sale_price,
    ),
    Operation(
        name="offer_claim",
        resource=RESOURCE,
        path="/facilities/{facility_id}/offer-claim",
        summary="Offer the claim",
        body=OfferClaim,
        run=lambda desk, body: offer_claim(
            desk.bench,
            actor=desk.party,
            facility_id=body.facility_id,
            to=body.to_party_id,
            price_minor=desk.minor_of_facility(body.price, body.facility_id),
            expires_at=body.expires_at or desk.bench.now() + _OPEN_FOR,
            agreement=body.agreement,
        ),
        sentence=lambda desk, body: (
            f"Offer the claim of facility {body.facility_id} to {desk.named(body.to_party_id)} for"
            f" {body.price.money}"
        ),
        stated=lambda body: body.price.money,
    ),
    Operation(
        name="take_claim",
        resource=RESOURCE,
        path="/facilities/{facility_id}/take-claim",
        summary="Take the claim",
        body=TakeClaim,
        run=lambda desk, body: take_claim(desk.bench, actor=desk.party, facility_id=body.facility_id),
        sentence=lambda desk, body: (
            f"Take the claim of facility {body.facility_id}{_for(_claim_price(desk, body))}"
        ),
        looked_up=_claim_price,
    ),
)
