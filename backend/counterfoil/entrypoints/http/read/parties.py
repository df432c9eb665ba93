"""The directory of parties: whom one can deal with. What a party keeps to itself only it sees."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from counterfoil.domain.errors import DomainError
from counterfoil.domain.state.ledger_state import Party
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
from counterfoil.entrypoints.http.read.shapes import Page, Shape, role_names
from counterfoil.entrypoints.http.read.states import PartyStateName
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases import refusals
from counterfoil.usecases.reading.read_side import Reading, ReadSide

MAX_PARTY_ID = 2**24 - 1


class PartyLine(Shape):
    """A party as everybody sees it."""

    party_id: int
    name: str
    country: str | None = Field(description="ISO 3166-1 alpha-2.")
    identifiers: list[str] = Field(examples=[["vat:DE136695976"]])
    roles: list[str] = Field(examples=[["supplier"]])
    state: PartyStateName


class OwnPart(Shape):
    """What only the party itself sees of it."""

    keys: list[str] = Field(description="Addresses that act for it.")
    accepts_all: bool = Field(description="Takes every assignment in advance.")
    accepts_from: list[int] = Field(description="Debtors of whose notes it takes every assignment.")
    tier: int | None = Field(description="The closest to a debtor at which it held a lot as a supplier.")


class PartySheet(PartyLine):
    """A party. own: null for everybody else."""

    own: OwnPart | None


def router(side: ReadSide) -> APIRouter:
    """The routes of parties."""
    routes = APIRouter(tags=["parties"])

    @routes.get(
        "/parties",
        operation_id="list_parties",
        response_model=Page[PartyLine],
        responses={**LIST, **problems(400, 401, 403)},
    )
    async def list_parties(
        principal: Reader,
        limit: Limit = 100,
        cursor: Cursor = None,
        identifier: Annotated[
            str | None, Query(max_length=512, description="Only the party with it, such as vat:DE136695976.")
        ] = None,
        role: Annotated[str | None, Query(max_length=32, description="Only parties in this role.")] = None,
    ) -> Response:
        """The parties on the ledger, by number."""
        pager = Pager(side, principal, what=f"parties:{identifier}:{role}", cursor=cursor)

        def build(reading: Reading, _: Viewer) -> Page[PartyLine]:
            def shown(party_id: int) -> PartyLine | None:
                party = reading.state.parties[party_id]
                if role is not None and role not in role_names(party.roles):
                    return None
                known = reading.names.known(party_id)
                if identifier is not None and (known is None or known.party_key != wanted):
                    return None
                return party_line(work, reading, party)

            with side.store.read() as work:
                stated = [] if identifier is None else [identifier]
                wanted = work.parties.keys_of_identifiers(stated).get(identifier or "")
                keys = sorted_after(set(reading.state.parties), pager)
                items, following = pager.cut(keys, limit, shown)
            return Page[PartyLine](items=items, next_cursor=following)

        return await list_answer(side, principal, build)

    @routes.get(
        "/parties/{party_id}",
        operation_id="show_party",
        response_model=PartySheet,
        responses={**OBJECT, **problems(401, 403, 404)},
    )
    async def show_party(
        request: Request,
        principal: Reader,
        party_id: Annotated[int, Path(ge=1, le=MAX_PARTY_ID, examples=[1])],
    ) -> Response:
        """One party."""

        def render(reading: Reading, viewer: Viewer) -> PartySheet:
            party = reading.state.parties.get(party_id)
            if party is None:
                raise DomainError(refusals.PARTY_NOT_FOUND, reference=party_id)
            own = viewer.sees_all or viewer.party_id == party_id
            with side.store.read() as work:
                line = party_line(work, reading, party)
            return PartySheet(**dict(line), own=_own(reading, party) if own else None)

        return await fresh_answer(side, request, principal, render)

    return routes


def party_line(work: ServiceUnitOfWork, reading: Reading, party: Party) -> PartyLine:
    """A party as everybody sees it."""
    known = reading.names.known(party.party_id)
    return PartyLine(
        party_id=party.party_id,
        name="" if known is None else known.name,
        country=None if known is None else known.country,
        identifiers=[] if known is None else list(work.parties.identifiers_of(known.party_key)),
        roles=role_names(party.roles),
        state=PartyStateName(party.state.name.lower()),
    )


def _own(reading: Reading, party: Party) -> OwnPart:
    given = {debtor for holder, debtor in reading.state.acceptances if holder == party.party_id}
    return OwnPart(
        keys=sorted(party.keys),
        accepts_all=0 in given,
        accepts_from=sorted(given - {0}),
        tier=reading.company.sightings.best_tier_of(party.party_id),
    )
