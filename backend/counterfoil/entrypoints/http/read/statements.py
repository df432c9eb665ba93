"""Statements of cash and of holdings over a period, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from counterfoil.domain.access import Principal
from counterfoil.domain.errors import DomainError, declare
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.read.answering import (
    BLOCK_HEADERS,
    Reader,
    block_headers,
    viewer_of_caller,
)
from counterfoil.entrypoints.http.read.shapes import (
    LotText,
    Money,
    PartyRef,
    Shape,
    instant,
    lot_text,
    money,
    party_ref,
    some_party,
)
from counterfoil.usecases import refusals
from counterfoil.usecases.reading.party_events import events_of_party
from counterfoil.usecases.reading.read_side import Reading, ReadSide
from counterfoil.usecases.reading.statements import (
    CASH_KINDS,
    HOLDING_KINDS,
    Movement,
    Statement,
    cash_movements,
    holding_movements,
    seconds_of,
    statement_of,
)

STATEMENT_WITHOUT_PARTY = declare(
    "StatementWithoutParty",
    "the organisation acts for no party, and no party is named",
    "Name the party with the parameter party_id; only who sees everything may name another one.",
)
PERIOD_INVALID = declare(
    "PeriodInvalid",
    "{field}: the period from {begins} to {ends} is none",
    "State from before to, both with their zone, for example 2026-11-01T00:00:00Z.",
)
CSV = "text/csv"
_MOST_DAYS = 3_700
# A cell that begins so is a formula to a spreadsheet.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Moment = Annotated[datetime | None, Query(description="With its zone, for example 2026-11-01T00:00:00Z.")]
PartyParameter = Annotated[
    int | None, Query(ge=1, le=2**24 - 1, description="Whose; the caller's own where it is left out.")
]


class MovementLine(Shape):
    """Something came or went: amount above or below zero."""

    position: str = Field(pattern=r"^[0-9]+\.[0-9]+$", description="BLOCK.LOG of its event.")
    at: datetime
    kind: str = Field(examples=["received"])
    amount: Money
    balance: Money = Field(description="After it.")
    other: PartyRef | None = Field(description="With whom; null where it was the bank or the debtor.")
    lot: LotText | None
    reference: str = Field(description="Hash of what was stated; empty where there is none.")


class StatementSheet(Shape):
    """A period: opening balances and movements make the closing balances."""

    party: PartyRef
    period_from: datetime
    period_to: datetime
    opening: list[Money]
    movements: list[MovementLine]
    closing: list[Money]


def router(side: ReadSide) -> APIRouter:
    """The routes of statements."""
    routes = APIRouter(tags=["statements"])
    responses = {
        200: {
            "headers": BLOCK_HEADERS,
            "content": {CSV: {"schema": {"type": "string"}}},
            "description": "JSON, or CSV where the request accepts text/csv rather than JSON.",
        },
        **problems(400, 401, 403, 404, 422),
    }

    @routes.get(
        "/cash/statement",
        operation_id="show_cash_statement",
        response_model=StatementSheet,
        responses=responses,
    )
    async def show_cash_statement(
        request: Request,
        principal: Reader,
        from_: Annotated[datetime | None, Query(alias="from", description="Begin, included.")] = None,
        to: Moment = None,
        party_id: PartyParameter = None,
    ) -> Response:
        """Cash of a party over a period; of the last 31 days where no period is stated."""

        def moved(reading: Reading, owner_id: int) -> Iterator[Movement]:
            events = events_of_party(
                side.store, side.decode, owner_id, CASH_KINDS, up_to_block=reading.block_number
            )
            return cash_movements(events, owner_id)

        return await _answer(side, request, principal, from_, to, party_id, moved)

    @routes.get(
        "/holdings/statement",
        operation_id="show_holdings_statement",
        response_model=StatementSheet,
        responses=responses,
    )
    async def show_holdings_statement(
        request: Request,
        principal: Reader,
        from_: Annotated[datetime | None, Query(alias="from", description="Begin, included.")] = None,
        to: Moment = None,
        party_id: PartyParameter = None,
    ) -> Response:
        """Lots that a party held over a period; of the last 31 days where no period is stated."""

        def moved(reading: Reading, owner_id: int) -> Iterator[Movement]:
            events = events_of_party(
                side.store, side.decode, owner_id, HOLDING_KINDS, up_to_block=reading.block_number
            )
            return holding_movements(events, owner_id, reading.state)

        return await _answer(side, request, principal, from_, to, party_id, moved)

    return routes


async def _answer(  # noqa: PLR0917 - the parameters of the two routes
    side: ReadSide,
    request: Request,
    principal: Principal,
    begins: datetime | None,
    ends: datetime | None,
    party_id: int | None,
    moved: Callable[[Reading, int], Iterator[Movement]],
) -> Response:
    as_csv = _wants_csv(request.headers.get("accept", ""))

    def made() -> tuple[bytes, dict[str, str]]:
        with side.reading() as reading:
            owner_id = _owner(side, reading, principal, party_id)
            period = _period(reading, begins, ends)
        # Not inside the reading: a long history would keep new blocks waiting. What is looked up of the
        # state below does not change any more once it is there.
        found = statement_of(
            moved(reading, owner_id), from_s=seconds_of(period[0]), to_s=seconds_of(period[1])
        )
        sheet = _sheet(reading, owner_id, period, found)
        shown_at = block_headers(reading.block_number, reading.block_time_s)
        return (_csv(sheet) if as_csv else sheet.model_dump_json()).encode(), shown_at

    body, shown_at = await run_in_threadpool(made)
    headers = {**shown_at, "Vary": "Accept"}
    if as_csv:
        headers["Content-Disposition"] = 'attachment; filename="statement.csv"'
    return Response(
        body, media_type=f"{CSV}; charset=utf-8" if as_csv else "application/json", headers=headers
    )


def _wants_csv(accept: str) -> bool:
    kinds = [each.split(";")[0].strip().lower() for each in accept.split(",")]
    return CSV in kinds and "application/json" not in kinds


def _owner(side: ReadSide, reading: Reading, principal: Principal, stated: int | None) -> int:
    viewer = viewer_of_caller(side, principal)
    owner_id = viewer.party_id if stated is None else stated
    if owner_id is None:
        raise DomainError(STATEMENT_WITHOUT_PARTY)
    if owner_id not in reading.state.parties or (owner_id != viewer.party_id and not viewer.sees_all):
        raise DomainError(refusals.PARTY_NOT_FOUND, reference=owner_id)
    return owner_id


def _period(reading: Reading, begins: datetime | None, ends: datetime | None) -> tuple[datetime, datetime]:
    for field, moment in (("from", begins), ("to", ends)):
        if moment is not None and moment.tzinfo is None:
            raise DomainError(PERIOD_INVALID, field=field, begins=begins, ends=ends)
    last = ends or instant(reading.block_time_s + 1)
    first = begins or last - timedelta(days=31)
    if not first < last or last - first > timedelta(days=_MOST_DAYS):
        raise DomainError(PERIOD_INVALID, field="from", begins=first.isoformat(), ends=last.isoformat())
    return first.astimezone(UTC), last.astimezone(UTC)


def _sheet(
    reading: Reading, owner_id: int, period: tuple[datetime, datetime], found: Statement
) -> StatementSheet:
    running = dict(found.opening)
    lines = []
    for each in found.movements:
        running[each.currency] = running.get(each.currency, 0) + each.amount_minor
        lines.append(
            MovementLine(
                position=each.position,
                at=instant(each.at_s),
                kind=each.kind,
                amount=money(each.amount_minor, each.currency),
                balance=money(running[each.currency], each.currency),
                other=some_party(reading.names, each.other_id),
                lot=None if each.lot is None else lot_text(each.lot),
                reference=each.reference,
            )
        )
    return StatementSheet(
        party=party_ref(reading.names, owner_id),
        period_from=period[0],
        period_to=period[1],
        opening=[money(found.opening.get(unit, 0), unit) for unit in found.currencies],
        movements=lines,
        closing=[money(found.closing.get(unit, 0), unit) for unit in found.currencies],
    )


def _csv(sheet: StatementSheet) -> str:
    """One row an opening balance, a movement, a closing balance; amounts in minor units."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(
        [
            "row",
            "position",
            "at",
            "kind",
            "currency",
            "amount_minor",
            "balance_minor",
            "other_id",
            "other",
            "lot",
            "reference",
        ]
    )
    for each in sheet.opening:
        at = sheet.period_from.isoformat()
        table.writerow(["opening", "", at, "", each.currency, "", each.amount_minor, "", "", "", ""])
    for line in sheet.movements:
        other = line.other
        table.writerow(
            [
                "movement",
                line.position,
                line.at.isoformat(),
                line.kind,
                line.amount.currency,
                line.amount.amount_minor,
                line.balance.amount_minor,
                "" if other is None else other.party_id,
                "" if other is None else _harmless(other.name),
                line.lot or "",
                line.reference,
            ]
        )
    for each in sheet.closing:
        at = sheet.period_to.isoformat()
        table.writerow(["closing", "", at, "", each.currency, "", each.amount_minor, "", "", "", ""])
    return out.getvalue()


def _harmless(text: str) -> str:
    """A name that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
