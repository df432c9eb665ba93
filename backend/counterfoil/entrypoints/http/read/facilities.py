"""Facilities with their pools valued at the newest block, and the prices that they are valued by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from counterfoil.domain.errors import DomainError
from counterfoil.domain.events.facility_events import LOTS_GOOD
from counterfoil.domain.lot import AssetId
from counterfoil.domain.sightings import Kind
from counterfoil.domain.state.facility_state import Facility, Price
from counterfoil.domain.state.facility_valuation import (
    NEVER_PRICED_S,
    UNBOUNDED_LTV_BPS,
    debt_of,
    valuation_of,
    worth_of,
)
from counterfoil.domain.states import FacilityState
from counterfoil.domain.visibility import Sight, Viewer
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.read.answering import (
    LIST,
    OBJECT,
    Cursor,
    Limit,
    Pager,
    Reader,
    fresh_answer,
    list_answer,
    sorted_after,
)
from counterfoil.entrypoints.http.read.goods import GoodRef, good_ref
from counterfoil.entrypoints.http.read.shapes import (
    MAX_ID,
    AssetText,
    Money,
    Page,
    PartyRef,
    Shape,
    instant,
    money,
    party_ref,
    some_instant,
)
from counterfoil.entrypoints.http.read.states import FacilityStateName
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases import goods_refusals
from counterfoil.usecases.goods_resolving import asset_text
from counterfoil.usecases.reading.read_side import Reading, ReadSide


class AgreedGood(Shape):
    """A good that the agreement admits. good null: lots."""

    good: GoodRef | None
    haircut_bps: int


class PoolAsset(Shape):
    """An asset of the pool; of an offer, one that it asks for."""

    asset: AssetText
    good: GoodRef | None = Field(description="Null of a lot.")
    gross: Money
    value: Money = Field(description="After the haircut; 0 for what is frozen, disputed or missing.")
    price: Money | None = Field(description="Of one whole unit; null without a price, and of a lot.")
    priced_at: datetime | None


class SaleOffer(Shape):
    """An asset offered to a buyer in enforcement."""

    asset: AssetText
    buyer: PartyRef
    price: Money
    expires_at: datetime


class FacilityTermsSheet(Shape):
    """What was agreed."""

    principal: Money
    rate_bps: int
    day_basis: int
    due_at: datetime
    expires_at: datetime
    price_source: PartyRef
    price_max_age_s: int
    draw_ltv_bps: int
    call_ltv_bps: int
    call_period_s: int
    sale_floor_bps: int
    minimum_value: Money
    registered_at: datetime | None
    goods: list[AgreedGood]


class FacilityNow(Shape):
    """Debt and pool at the time of the newest block."""

    principal: Money
    interest: Money
    debt: Money
    repaid: Money
    gross: Money
    value: Money
    ltv_bps: int | None = Field(description="Null where a debt stands against nothing.")
    oldest_price_at: datetime | None
    call_deadline: datetime | None = Field(description="Of an open margin call.")
    claim_offered_to: PartyRef | None
    pool: list[PoolAsset]


class FacilitySheet(Shape):
    """A facility. Buyers in enforcement and former funders see only that it is there, and their own sales."""

    facility_id: int
    sight: str = Field(pattern="^(past|whole)$")
    state: FacilityStateName | None
    funder: PartyRef | None
    borrower: PartyRef | None
    terms: FacilityTermsSheet | None
    now: FacilityNow | None
    sales: list[SaleOffer]


class PriceSheet(Shape):
    """The newest price of one whole unit of a good, by a source."""

    source: PartyRef
    good: GoodRef
    price: Money
    observed_at: datetime


def router(side: ReadSide) -> APIRouter:
    """The routes of facilities and prices."""
    routes = APIRouter()

    @routes.get(
        "/facilities",
        tags=["facilities"],
        operation_id="list_facilities",
        response_model=Page[FacilitySheet],
        responses={**LIST, **problems(400, 401, 403)},
    )
    async def list_facilities(
        principal: Reader,
        limit: Limit = 100,
        cursor: Cursor = None,
        state: Annotated[FacilityStateName | None, Query(description="Only those in this state.")] = None,
    ) -> Response:
        """Facilities that the caller may see, by number."""
        pager = Pager(side, principal, what=f"facilities:{state}", cursor=cursor)

        def build(reading: Reading, viewer: Viewer) -> Page[FacilitySheet]:
            def shown(number: int) -> FacilitySheet | None:
                sight = reading.visibility.of_facility(viewer, number)
                if sight is Sight.NONE:
                    return None
                sheet = facility_sheet(work, reading, viewer, reading.state.facilities[number], sight)
                return sheet if state is None or sheet.state == state else None

            with side.store.read() as work:
                items, following = pager.cut(sorted_after(_near(reading, viewer), pager), limit, shown)
            return Page[FacilitySheet](items=items, next_cursor=following)

        return await list_answer(side, principal, build)

    @routes.get(
        "/facilities/{facility_id}",
        tags=["facilities"],
        operation_id="show_facility",
        response_model=FacilitySheet,
        responses={**OBJECT, **problems(401, 403, 404)},
    )
    async def show_facility(
        request: Request,
        principal: Reader,
        facility_id: Annotated[int, Path(ge=1, le=MAX_ID, examples=[1])],
    ) -> Response:
        """One facility, its pool valued at the newest block."""

        def render(reading: Reading, viewer: Viewer) -> FacilitySheet:
            sight = reading.visibility.of_facility(viewer, facility_id)
            if sight is Sight.NONE:
                raise DomainError(goods_refusals.FACILITY_NOT_FOUND, facility_id=facility_id)
            with side.store.read() as work:
                return facility_sheet(work, reading, viewer, reading.state.facilities[facility_id], sight)

        return await fresh_answer(side, request, principal, render)

    @routes.get(
        "/prices",
        tags=["prices"],
        operation_id="list_prices",
        response_model=Page[PriceSheet],
        responses={**LIST, **problems(400, 401, 403)},
    )
    async def list_prices(
        principal: Reader,
        limit: Limit = 100,
        cursor: Cursor = None,
        source_id: Annotated[int | None, Query(ge=1, le=MAX_ID, description="Only of this source.")] = None,
    ) -> Response:
        """The newest price of each good by each source."""
        pager = Pager(side, principal, what=f"prices:{source_id}", cursor=cursor)

        def build(reading: Reading, _: Viewer) -> Page[PriceSheet]:
            prices = {
                f"{source:08d}:{good.hex()}:{unit:03d}": (source, good, unit, price)
                for (source, good, unit), price in reading.state.prices.items()
                if source_id in (None, source)
            }
            with side.store.read() as work:
                items, following = pager.cut(
                    sorted(prices), limit, lambda place: _price(work, reading, *prices[place])
                )
            return Page[PriceSheet](items=items, next_cursor=following)

        return await list_answer(side, principal, build)

    return routes


def _near(reading: Reading, viewer: Viewer) -> set[int] | frozenset[int]:
    if viewer.sees_all:
        return set(reading.state.facilities)
    if viewer.party_id is None:
        return frozenset()
    return reading.company.sightings.things_near(viewer.party_id, Kind.FACILITY)


def facility_sheet(
    work: ServiceUnitOfWork, reading: Reading, viewer: Viewer, facility: Facility, sight: Sight
) -> FacilitySheet:
    """A facility as far as the viewer sees it."""
    names, whole, unit = reading.names, sight is Sight.WHOLE, facility.terms.currency
    return FacilitySheet(
        facility_id=facility.facility_id,
        sight=sight.name.lower(),
        state=FacilityStateName(facility.state.name.lower()) if whole else None,
        funder=party_ref(names, facility.funder_id) if whole else None,
        borrower=party_ref(names, facility.borrower_id) if whole else None,
        terms=_terms(work, reading, facility) if whole else None,
        now=_now(work, reading, facility) if whole else None,
        sales=[
            SaleOffer(
                asset=asset_text(asset_id),
                buyer=party_ref(names, sale.buyer_id),
                price=money(sale.price_minor, unit),
                expires_at=instant(sale.expires_at_s),
            )
            for asset_id, sale in facility.sales
            if whole or sale.buyer_id == viewer.party_id
        ],
    )


def _terms(work: ServiceUnitOfWork, reading: Reading, facility: Facility) -> FacilityTermsSheet:
    terms = facility.terms
    return FacilityTermsSheet(
        principal=money(terms.principal_minor, terms.currency),
        rate_bps=terms.rate_bps,
        day_basis=terms.day_basis,
        due_at=instant(terms.due_at_s),
        expires_at=instant(terms.expires_at_s),
        price_source=party_ref(reading.names, terms.price_source_id),
        price_max_age_s=terms.price_max_age_s,
        draw_ltv_bps=terms.draw_ltv_bps,
        call_ltv_bps=terms.call_ltv_bps,
        call_period_s=terms.call_period_s,
        sale_floor_bps=terms.sale_floor_bps,
        minimum_value=money(terms.minimum_value_minor, terms.currency),
        registered_at=some_instant(terms.registered_at_s),
        goods=[
            AgreedGood(
                good=None if each.good == LOTS_GOOD else good_ref(work, each.good),
                haircut_bps=each.haircut_bps,
            )
            for each in terms.goods
        ],
    )


def _now(work: ServiceUnitOfWork, reading: Reading, facility: Facility) -> FacilityNow:
    state, unit, at_s = reading.state, facility.terms.currency, reading.block_time_s
    offered = facility.state is FacilityState.OFFERED
    principal, interest = debt_of(facility, max(at_s, facility.accrued_day * 86_400))
    valued = valuation_of(state, facility, max(at_s, facility.accrued_day * 86_400))
    assets = facility.terms.assets if offered else state.pool_of(facility.facility_id)
    offer, oldest = facility.claim_offer, valued.priced_at_s
    return FacilityNow(
        principal=money(principal, unit),
        interest=money(interest, unit),
        debt=money(valued.debt_minor, unit),
        repaid=money(facility.repaid_minor, unit),
        gross=money(valued.gross_minor, unit),
        value=money(valued.value_minor, unit),
        ltv_bps=None if valued.ltv_bps == UNBOUNDED_LTV_BPS else valued.ltv_bps,
        oldest_price_at=None if oldest == NEVER_PRICED_S else some_instant(oldest),
        call_deadline=some_instant(facility.call_deadline_s),
        claim_offered_to=None if offer is None else party_ref(reading.names, offer.to_id),
        pool=[*_pool(work, reading, facility, assets)],
    )


def _pool(
    work: ServiceUnitOfWork, reading: Reading, facility: Facility, assets: Iterable[AssetId]
) -> Iterable[PoolAsset]:
    unit = facility.terms.currency
    for asset_id in assets:
        try:
            worth = worth_of(reading.state, facility, asset_id)
        except KeyError:
            # An offer may name what is not on the ledger; it cannot be taken, and has no worth to show.
            continue
        price = worth.price
        yield PoolAsset(
            asset=asset_text(asset_id),
            good=None if worth.is_lot else good_ref(work, worth.good),
            gross=money(worth.gross_minor, unit),
            value=money(worth.value_minor, unit),
            price=None if price is None else money(price.price_minor, unit),
            priced_at=None if price is None else instant(price.observed_at_s),
        )


def _price(  # noqa: PLR0917 - a price with its key
    work: ServiceUnitOfWork, reading: Reading, source_id: int, good: bytes, unit: int, price: Price
) -> PriceSheet:
    return PriceSheet(
        source=party_ref(reading.names, source_id),
        good=good_ref(work, good),
        price=money(price.price_minor, unit),
        observed_at=instant(price.observed_at_s),
    )
