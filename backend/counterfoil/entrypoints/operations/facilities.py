"""Operations over loans against a pool of assets."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from counterfoil.domain.money import Currency, Money
from counterfoil.entrypoints.operations.fields import (
    Agreement,
    Amount,
    AnyAsset,
    Bps,
    FacilityId,
    Moment,
    MoneyBody,
    PartyId,
    Subject,
    Text,
)
from counterfoil.entrypoints.operations.financings import DayBasis, ExpiresAt
from counterfoil.entrypoints.operations.operation import Body, Desk, Operation
from counterfoil.entrypoints.operations.registered import Registered
from counterfoil.usecases.facilities.accept_facility import accept_facility
from counterfoil.usecases.facilities.add_asset import add_asset
from counterfoil.usecases.facilities.offer_facility import FacilityPlan, offer_facility
from counterfoil.usecases.facilities.repay_facility import repay_facility
from counterfoil.usecases.facilities.substitute_asset import substitute_asset
from counterfoil.usecases.facilities.withdraw_asset import withdraw_asset
from counterfoil.usecases.facilities.withdraw_facility import withdraw_facility
from counterfoil.usecases.goods_resolving import find_facility

RESOURCE = "facilities"
_MOST_ASSETS = 100
_MOST_SECONDS = 10 * 366 * 86_400
_OPEN_FOR = timedelta(days=7)
Seconds = Annotated[int, Field(ge=1, le=_MOST_SECONDS, examples=[259_200])]
PoolAsset = Annotated[
    AnyAsset, Field(description="An asset: lot:NOTE.SEGMENT.INDEX, receipt:NUMBER or bill:NUMBER.")
]

OwnAsset = Annotated[PoolAsset, Subject("asset")]


class AgreedGood(Body):
    """A good that may be in the pool."""

    good: Annotated[
        Text, Field(description="CODE:GRADE:UNIT, or `lots` for lots of notes.", examples=["HRC-Q235B:A:TNE"])
    ]
    haircut_bps: Annotated[Bps, Field(description="Taken off the value, in basis points.", examples=[2000])]


class OfferFacility(Registered):
    """Offer a loan over a pool of assets to their holder, as a funder."""

    borrower_party_id: Annotated[PartyId, Field(description="Who holds the assets.")]
    principal: Annotated[Amount, Field(description="What is lent.")]
    rate_bps: Annotated[Bps, Field(description="Basis points a year.", examples=[450])]
    due_at: Annotated[
        Moment, Field(description="When it is to be repaid.", examples=["2027-05-20T23:59:59Z"])
    ]
    expires_at: ExpiresAt = None
    price_source_party_id: Annotated[PartyId, Field(description="Whose prices count.")]
    price_max_age_s: Annotated[Seconds, Field(description="How old a price may be, in seconds.")]
    draw_ltv_bps: Annotated[
        Bps, Field(description="Most loan-to-value at drawdown, in basis points.", examples=[7000])
    ]
    call_ltv_bps: Annotated[
        Bps, Field(description="Loan-to-value above which margin is called.", examples=[8000])
    ]
    call_period_s: Annotated[Seconds, Field(description="Seconds to answer a margin call.")]
    sale_floor_bps: Annotated[
        Bps,
        Field(description="Least price in enforcement, of the value before its haircut.", examples=[8000]),
    ]
    minimum_value: Annotated[MoneyBody, Field(description="What must stay in pledge, after haircuts.")]
    goods: Annotated[tuple[AgreedGood, ...], Field(min_length=1, max_length=_MOST_ASSETS)]
    assets: Annotated[tuple[AnyAsset, ...], Field(min_length=1, max_length=_MOST_ASSETS)]
    agreement: Agreement
    day_basis: DayBasis = 360


class WithdrawFacility(Body):
    """Take an offer back, as its funder."""

    facility_id: FacilityId


class AcceptFacility(Body):
    """Take an offer, as the borrower: every asset is pledged and the money paid at once."""

    facility_id: FacilityId


class AddAsset(Body):
    """Put a further asset into the pool, as the borrower."""

    facility_id: FacilityId
    asset: OwnAsset


class SubstituteAsset(Body):
    """Put equal or better goods in the place of an asset, as the borrower."""

    facility_id: FacilityId
    asset: OwnAsset
    replacement: Annotated[OwnAsset, Field(description="The other asset.", examples=["receipt:9"])]


class WithdrawAsset(Body):
    """Take an asset out of the floating pool, as the borrower."""

    facility_id: FacilityId
    asset: OwnAsset


class RepayFacility(Body):
    """Pay back, as the borrower, interest first; the last cent frees every asset."""

    facility_id: FacilityId
    amount: Annotated[Amount | None, Field(description="A part; left out: whatever is owed then.")] = None


def _offer(desk: Desk, body: OfferFacility) -> object:
    currency = body.principal.currency
    if body.minimum_value.currency != currency:
        _ = body.principal.money + body.minimum_value.money
    plan = FacilityPlan(
        borrower=body.borrower_party_id,
        currency=currency,
        principal_minor=body.principal.amount_minor,
        rate_bps=body.rate_bps,
        due_at=body.due_at,
        expires_at=body.expires_at or min(desk.bench.now() + _OPEN_FOR, body.due_at),
        price_source=body.price_source_party_id,
        price_max_age_s=body.price_max_age_s,
        draw_ltv_bps=body.draw_ltv_bps,
        call_ltv_bps=body.call_ltv_bps,
        call_period_s=body.call_period_s,
        sale_floor_bps=body.sale_floor_bps,
        minimum_value_minor=body.minimum_value.amount_minor,
        haircuts_bps={each.good: each.haircut_bps for each in body.goods},
        assets=body.assets,
        agreement=body.agreement,
        day_basis=body.day_basis,
        registration=body.registration or "",
        registered_at=body.registered_at,
    )
    return offer_facility(desk.bench, actor=desk.party, plan=plan)


def principal_of(desk: Desk, facility_id: int) -> Money:
    """What a facility lends."""
    terms = find_facility(desk.bench, facility_id).terms
    return Money(terms.principal_minor, Currency.of_numeric(terms.currency))


def _repaid(desk: Desk, body: RepayFacility) -> Money:
    """What is stated, else what was lent: never less than what is left of it, interest apart."""
    return principal_of(desk, body.facility_id) if body.amount is None else body.amount.money


OPERATIONS = (
    Operation(
        name="offer_facility",
        resource=RESOURCE,
        path="/facilities",
        summary="Offer a facility",
        body=OfferFacility,
        run=_offer,
        sentence=lambda desk, body: (
            f"Lend {body.principal.money} at {body.rate_bps / 100:.2f} % to"
            f" {desk.named(body.borrower_party_id)} over {len(body.assets)} assets"
        ),
        stated=lambda body: body.principal.money,
    ),
    Operation(
        name="withdraw_facility",
        resource=RESOURCE,
        path="/facilities/{facility_id}/withdraw",
        summary="Withdraw an offer of a facility",
        body=WithdrawFacility,
        run=lambda desk, body: withdraw_facility(desk.bench, actor=desk.party, facility_id=body.facility_id),
        sentence=lambda _desk, body: f"Take the offer of facility {body.facility_id} back",
    ),
    Operation(
        name="accept_facility",
        resource=RESOURCE,
        path="/facilities/{facility_id}/accept",
        summary="Draw a facility down",
        body=AcceptFacility,
        run=lambda desk, body: accept_facility(desk.bench, actor=desk.party, facility_id=body.facility_id),
        sentence=lambda desk, body: (
            f"Draw facility {body.facility_id} of {principal_of(desk, body.facility_id)} down"
        ),
        looked_up=lambda desk, body: principal_of(desk, body.facility_id),
    ),
    Operation(
        name="add_asset",
        resource=RESOURCE,
        path="/facilities/{facility_id}/assets",
        summary="Add an asset to the pool",
        body=AddAsset,
        run=lambda desk, body: add_asset(
            desk.bench, actor=desk.party, facility_id=body.facility_id, asset=body.asset
        ),
        sentence=lambda _desk, body: f"Pledge {body.asset} under facility {body.facility_id}",
    ),
    Operation(
        name="substitute_asset",
        resource=RESOURCE,
        path="/facilities/{facility_id}/assets/{asset}/substitute",
        summary="Exchange an asset of the pool",
        body=SubstituteAsset,
        run=lambda desk, body: substitute_asset(
            desk.bench,
            actor=desk.party,
            facility_id=body.facility_id,
            asset=body.asset,
            replacement=body.replacement,
        ),
        sentence=lambda _desk, body: (
            f"Put {body.replacement} in the place of {body.asset} under facility {body.facility_id}"
        ),
    ),
    Operation(
        name="withdraw_asset",
        resource=RESOURCE,
        path="/facilities/{facility_id}/assets/{asset}/withdraw",
        summary="Take an asset out of the pool",
        body=WithdrawAsset,
        run=lambda desk, body: withdraw_asset(
            desk.bench, actor=desk.party, facility_id=body.facility_id, asset=body.asset
        ),
        sentence=lambda _desk, body: f"Take {body.asset} out of facility {body.facility_id}",
    ),
    Operation(
        name="repay_facility",
        resource=RESOURCE,
        path="/facilities/{facility_id}/repay",
        summary="Repay a facility",
        body=RepayFacility,
        run=lambda desk, body: repay_facility(
            desk.bench,
            actor=desk.party,
            facility_id=body.facility_id,
            amount_minor=None
            if body.amount is None
            else desk.minor_of_facility(body.amount, body.facility_id),
        ),
        sentence=lambda _desk, body: (
            f"Repay {'all' if body.amount is None else body.amount.money} of facility {body.facility_id}"
        ),
        looked_up=_repaid,
    ),
)
