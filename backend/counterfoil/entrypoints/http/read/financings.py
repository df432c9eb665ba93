"""Offers, loans and purchases."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from counterfoil.domain.errors import DomainError
from counterfoil.domain.interest import day_of, owed_minor
from counterfoil.domain.sightings import Kind
from counterfoil.domain.state.ledger_state import Financing
from counterfoil.domain.visibility import Viewer
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
from counterfoil.entrypoints.http.read.shapes import (
    MAX_ID,
    LotText,
    Money,
    Page,
    PartyRef,
    Shape,
    instant,
    lot_text,
    money,
    party_ref,
    some_instant,
    some_party,
)
from counterfoil.entrypoints.http.read.states import FinancingKindName, FinancingStateName
from counterfoil.usecases import refusals
from counterfoil.usecases.reading.read_side import Reading, ReadSide


class FinancingSheet(Shape):
    """An offer and what became of it. A purchase has neither rate nor due date."""

    financing_id: int
    kind: FinancingKindName
    state: FinancingStateName
    lot: LotText
    funder: PartyRef
    holder: PartyRef | None = Field(description="Who took it; null until then.")
    amount: Money = Field(description="Principal of a loan, price of a purchase.")
    rate_bps: int | None = Field(description="Basis points a year.")
    day_basis: int | None = Field(description="Days of the year that interest counts with.")
    due_at: datetime | None
    expires_at: datetime = Field(description="The offer can be taken until then.")
    registered_at: datetime | None
    principal: Money = Field(description="What is still owed of it.")
    repaid: Money = Field(description="Interest and principal.")
    debt: Money = Field(description="What closing the loan would cost on the day of the newest block.")


def router(side: ReadSide) -> APIRouter:
    """The routes of financings."""
    routes = APIRouter(tags=["financings"])

    @routes.get(
        "/financings",
        operation_id="list_financings",
        response_model=Page[FinancingSheet],
        responses={**LIST, **problems(400, 401, 403)},
    )
    async def list_financings(
        principal: Reader,
        limit: Limit = 100,
        cursor: Cursor = None,
        state: Annotated[FinancingStateName | None, Query(description="Only those in this state.")] = None,
    ) -> Response:
        """Financings that the caller may see, by number."""
        pager = Pager(side, principal, what=f"financings:{state}", cursor=cursor)

        def build(reading: Reading, viewer: Viewer) -> Page[FinancingSheet]:
            def shown(number: int) -> FinancingSheet | None:
                financing = reading.state.financings[number]
                if state is not None and financing.state.name.lower() != state.value:
                    return None
                seen = reading.visibility.sees_financing(viewer, number)
                return financing_sheet(reading, financing) if seen else None

            items, following = pager.cut(sorted_after(_near(reading, viewer), pager), limit, shown)
            return Page[FinancingSheet](items=items, next_cursor=following)

        return await list_answer(side, principal, build)

    @routes.get(
        "/financings/{financing_id}",
        operation_id="show_financing",
        response_model=FinancingSheet,
        responses={**OBJECT, **problems(401, 403, 404)},
    )
    async def show_financing(
        request: Request,
        principal: Reader,
        financing_id: Annotated[int, Path(ge=1, le=MAX_ID, examples=[1])],
    ) -> Response:
        """One financing."""

        def render(reading: Reading, viewer: Viewer) -> FinancingSheet:
            if not reading.visibility.sees_financing(viewer, financing_id):
                raise DomainError(refusals.FINANCING_NOT_FOUND, financing_id=financing_id)
            return financing_sheet(reading, reading.state.financings[financing_id])

        return await fresh_answer(side, request, principal, render)

    return routes


def _near(reading: Reading, viewer: Viewer) -> set[int] | frozenset[int]:
    state, sightings = reading.state, reading.company.sightings
    if viewer.sees_all:
        return set(state.financings)
    if viewer.party_id is None:
        return frozenset()
    # An offer follows the lot: who came to hold it after the offer was made sees it too.
    offered = {
        number
        for note_id in sightings.things_near(viewer.party_id, Kind.NOTE)
        for lot_id in sightings.lots_near(viewer.party_id, note_id)
        for number in sightings.financings_of_lot(lot_id)
    }
    return sightings.things_near(viewer.party_id, Kind.FINANCING) | offered


def financing_sheet(reading: Reading, financing: Financing) -> FinancingSheet:
    """A financing as everybody sees it who sees it."""
    unit, is_loan = financing.currency, bool(financing.due_at_s)
    interest = owed_minor(
        principal_minor=financing.principal_minor,
        interest_minor=financing.interest_minor,
        rate_bps=financing.rate_bps,
        day_basis=financing.day_basis or 1,
        days_run=max(0, day_of(reading.block_time_s) - financing.accrued_day),
    )
    return FinancingSheet(
        financing_id=financing.financing_id,
        kind=FinancingKindName(financing.kind.name.lower()),
        state=FinancingStateName(financing.state.name.lower()),
        lot=lot_text(financing.lot_id),
        funder=party_ref(reading.names, financing.funder_id),
        holder=some_party(reading.names, financing.holder_id),
        amount=money(financing.amount_minor, unit),
        rate_bps=financing.rate_bps if is_loan else None,
        day_basis=financing.day_basis if is_loan else None,
        due_at=some_instant(financing.due_at_s),
        expires_at=instant(financing.expires_at_s),
        registered_at=some_instant(financing.registered_at_s),
        principal=money(financing.principal_minor, unit),
        repaid=money(financing.repaid_minor, unit),
        debt=money(financing.principal_minor + interest, unit),
    )
