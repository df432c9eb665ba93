"""Lots: those that the caller holds, single ones, and assignments that wait for somebody's answer."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from counterfoil.domain.errors import DomainError
from counterfoil.domain.lot import AssetId, Lot, LotId
from counterfoil.domain.sightings import Kind
from counterfoil.domain.visibility import Sight, Viewer
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.read.answering import (
    LIST,
    OBJECT,
    Cursor,
    Limit,
    Pager,
    Reader,
    list_answer,
    object_answer,
)
from counterfoil.entrypoints.http.read.notes import LotNode, lot_node
from counterfoil.entrypoints.http.read.shapes import (
    MAX_ID,
    LotText,
    Money,
    Page,
    PartyRef,
    Shape,
    lot_text,
    money,
    party_ref,
    some_party,
)
from counterfoil.entrypoints.http.read.states import LotStateName
from counterfoil.entrypoints.http.read.wordings import Wordings
from counterfoil.usecases import refusals
from counterfoil.usecases.reading.read_side import Reading, ReadSide


class Direction(StrEnum):
    """Of an assignment that waits."""

    TO_ME = "to_me"
    BY_ME = "by_me"


class HeldLot(Shape):
    """A lot in a list. What the caller does not see is null."""

    lot: LotText
    note_id: int
    amount: Money
    state: LotStateName | None
    holder: PartyRef | None


class LotSheet(LotNode):
    """A lot by itself."""

    note_id: int
    amount: Money
    parties: list[PartyRef] = Field(description="Every party that it names.")


class WaitingAssignment(Shape):
    """A lot that was assigned to somebody who has not answered yet."""

    lot: LotText
    note_id: int
    amount: Money
    assignor: PartyRef
    assignee: PartyRef
    debtor: PartyRef
    references: list[str] = Field(description="The trade behind it, in the assignor's words.")


def router(side: ReadSide) -> APIRouter:
    """The routes of lots and assignments."""
    routes = APIRouter()

    @routes.get(
        "/lots",
        tags=["lots"],
        operation_id="list_lots",
        response_model=Page[HeldLot],
        responses={**LIST, **problems(400, 401, 403)},
    )
    async def list_lots(
        principal: Reader,
        limit: Limit = 100,
        cursor: Cursor = None,
        state: Annotated[LotStateName | None, Query(description="Only lots in this state.")] = None,
    ) -> Response:
        """Lots that the caller holds; who sees everything gets every lot that was not cut."""
        pager = Pager(side, principal, what=f"lots:{state}", cursor=cursor)

        def build(reading: Reading, viewer: Viewer) -> Page[HeldLot]:
            lots = {lot.lot_id.number: lot for lot in _held(reading, viewer)}

            def shown(place: int) -> HeldLot | None:
                lot = lots[place]
                if state is not None and lot.state.name.lower() != state.value:
                    return None
                return _held_lot(reading, lot)

            items, following = pager.cut(sorted(lots), limit, shown)
            return Page[HeldLot](items=items, next_cursor=following)

        return await list_answer(side, principal, build)

    @routes.get(
        "/lots/{note_id}/{segment}/{index}",
        tags=["lots"],
        operation_id="show_lot",
        response_model=LotSheet,
        responses={**OBJECT, **problems(401, 403, 404)},
    )
    async def show_lot(
        request: Request,
        principal: Reader,
        note_id: Annotated[int, Path(ge=1, le=MAX_ID, examples=[1])],
        segment: Annotated[int, Path(ge=0, lt=2**24, examples=[0])],
        index: Annotated[int, Path(ge=0, lt=2**16, examples=[0])],
    ) -> Response:
        """One lot, as far as the caller sees it."""
        lot_id = LotId(note_id, segment, index)
        return await object_answer(
            side,
            request,
            principal,
            # What happens to a lot happens to its note: `of` keeps the answers of its lots apart.
            subject=f"note:{note_id}",
            of=lot_text(lot_id),
            render=lambda reading, viewer: lot_sheet(side, reading, viewer, lot_id),
        )

    @routes.get(
        "/assignments",
        tags=["assignments"],
        operation_id="list_assignments",
        response_model=Page[WaitingAssignment],
        responses={**LIST, **problems(400, 401, 403)},
    )
    async def list_assignments(
        principal: Reader,
        limit: Limit = 100,
        cursor: Cursor = None,
        direction: Annotated[
            Direction | None, Query(description="Offered to the caller, or by it; both where left out.")
        ] = None,
    ) -> Response:
        """Assignments that wait for the assignee's answer."""
        pager = Pager(side, principal, what=f"assignments:{direction}", cursor=cursor)

        def build(reading: Reading, viewer: Viewer) -> Page[WaitingAssignment]:
            lots = {
                lot.lot_id.number: lot
                for lot in _near(reading, viewer)
                if lot.offeree_id is not None and _goes(viewer, lot, direction)
            }
            with side.store.read() as work:
                wordings = Wordings(work)
                items, following = pager.cut(
                    sorted(lots), limit, lambda place: _waiting(reading, viewer, lots[place], wordings)
                )
            return Page[WaitingAssignment](items=items, next_cursor=following)

        return await list_answer(side, principal, build)

    return routes


def require_lot(reading: Reading, viewer: Viewer, lot_id: LotId) -> tuple[Lot, Sight]:
    """The lot; raises LotNotFound where there is none for the viewer."""
    sight = reading.visibility.of_lot(viewer, lot_id)
    if sight is Sight.NONE:
        raise DomainError(refusals.LOT_NOT_FOUND, lot=lot_text(lot_id))
    return reading.state.lots[lot_id], sight


def lot_sheet(side: ReadSide, reading: Reading, viewer: Viewer, lot_id: LotId) -> LotSheet:
    """A lot by itself; raises LotNotFound."""
    lot, sight = require_lot(reading, viewer, lot_id)
    depth = sum(1 for _ in reading.visibility.above(lot_id))
    with side.store.read() as work:
        node = lot_node(reading, viewer, lot, sight, depth=depth, wordings=Wordings(work))
    stated = (node.holder_id, node.offered_to_id, node.received_from_id, node.passed_on_to_id)
    pledgee = () if node.lien is None else (node.lien.pledgee_id,)
    named = {party_id for party_id in (*stated, *pledgee) if party_id is not None}
    return LotSheet(
        **dict(node),
        note_id=lot_id.note_id,
        amount=money(lot.length_minor, reading.state.notes[lot_id.note_id].currency),
        parties=[party_ref(reading.names, party_id) for party_id in sorted(named)],
    )


def _near(reading: Reading, viewer: Viewer) -> list[Lot]:
    """Every lot that the viewer has or had to do with."""
    state, sightings = reading.state, reading.company.sightings
    if viewer.sees_all:
        return list(state.lots.values())
    if viewer.party_id is None:
        return []
    return [
        state.lots[lot_id]
        for note_id in sightings.things_near(viewer.party_id, Kind.NOTE)
        for lot_id in sightings.lots_near(viewer.party_id, note_id)
    ]


def _held(reading: Reading, viewer: Viewer) -> list[Lot]:
    return [
        lot
        for lot in _near(reading, viewer)
        if lot.is_leaf and (viewer.sees_all or lot.holder_id == viewer.party_id)
    ]


def _held_lot(reading: Reading, lot: Lot) -> HeldLot:
    note = reading.state.notes[lot.lot_id.note_id]
    return HeldLot(
        lot=lot_text(lot.lot_id),
        note_id=note.note_id,
        amount=money(lot.length_minor, note.currency),
        state=LotStateName(lot.state.name.lower()),
        holder=some_party(reading.names, lot.holder_id),
    )


def _goes(viewer: Viewer, lot: Lot, direction: Direction | None) -> bool:
    sides = {
        Direction.TO_ME: (lot.offeree_id,),
        Direction.BY_ME: (lot.holder_id,),
        None: (lot.offeree_id, lot.holder_id),
    }[direction]
    return viewer.party_id in sides or (viewer.sees_all and direction is None)


def _waiting(reading: Reading, viewer: Viewer, lot: Lot, wordings: Wordings) -> WaitingAssignment | None:
    if lot.offeree_id is None:
        return None
    note, names = reading.state.notes[lot.lot_id.note_id], reading.names
    steps = reading.visibility.steps(viewer, AssetId.of_lot(lot.lot_id), Sight.WHOLE)
    return WaitingAssignment(
        lot=lot_text(lot.lot_id),
        note_id=note.note_id,
        amount=money(lot.length_minor, note.currency),
        assignor=party_ref(names, lot.holder_id),
        assignee=party_ref(names, lot.offeree_id),
        debtor=party_ref(names, note.debtor_id),
        references=wordings.of_lot(reading, viewer, lot, Sight.WHOLE, steps),
    )
