"""Notes, each with the part of its tree that the caller may see, and the debtor's payments on it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from counterfoil.domain.errors import DomainError
from counterfoil.domain.lot import AssetId, Lot, LotId
from counterfoil.domain.sightings import Kind
from counterfoil.domain.state.ledger_state import Note
from counterfoil.domain.state.lien_state import blocked_as
from counterfoil.domain.states import LienState
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
)
from counterfoil.entrypoints.http.read.states import LotStateName, NoteStateName
from counterfoil.entrypoints.http.read.wordings import Wordings
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases import refusals
from counterfoil.usecases.reading.read_side import Reading, ReadSide

NoteId = Annotated[int, Path(ge=1, le=MAX_ID, description="The note's number.", examples=[1])]


class SightName(StrEnum):
    """How much of a lot the caller sees."""

    OUTLINE = "outline"
    PAST = "past"
    WHOLE = "whole"


class NoteSide(StrEnum):
    """What the caller has to do with a note."""

    DEBTOR = "debtor"
    CREDITOR = "creditor"
    HOLDER = "holder"


class NoteInvoice(Shape):
    """A part of an invoice that a note stands on. The document is null where it is not kept here."""

    invoice_id: str | None
    number: str | None
    amount: Money = Field(description="What the note takes of the invoice.")
    payable: Money = Field(description="The invoice's payable amount, as the note states it.")


class LienMark(Shape):
    """A lien in force. The asset's liens have the rest."""

    pledgee_id: int
    secured_minor: int
    sequence: int


class LotNode(Shape):
    """A lot of a note. Parties by number; their names stand once in the note's `parties`.

    sight whole: everything; past: what the caller once had to do with, without what became of it since;
    outline: what such a lot was cut from. What the caller does not see is null.
    """

    lot: LotText
    parent: LotText | None
    depth: int = Field(description="How many splits lie above it.")
    sight: SightName
    first: int = Field(description="First position, counted from 1.")
    last: int = Field(description="Last position, inclusive.")
    amount_minor: int
    state: LotStateName | None
    holder_id: int | None = Field(description="Who is paid.")
    offered_to_id: int | None = Field(description="Who is asked to take it.")
    received_from_id: int | None = Field(description="From whom the holder, or the caller, has or had it.")
    passed_on_to_id: int | None = Field(description="To whom the caller gave it.")
    tier: int | None = Field(description="1 for the creditor's, one more for each assignment down.")
    paid_minor: int | None
    acknowledged: bool | None = Field(description="Whether the debtor said that it knows of the holder.")
    lien: LienMark | None
    references: list[str] = Field(description="What was stated when it was assigned.")


class NoteLine(Shape):
    """A note, without its tree."""

    note_id: int
    state: NoteStateName
    debtor: PartyRef
    creditor: PartyRef
    proposed_by_id: int
    proposed_at: datetime
    confirmed_at: datetime | None
    maturity_at: datetime
    face: Money
    open: Money = Field(description="What the debtor still owes.")
    paid: Money
    disputed: Money
    reduced: Money = Field(description="What disputes took off.")
    written_off: Money
    blocked: bool = Field(description="Whether a lien registered elsewhere seems to cover it.")


class NoteSheet(NoteLine):
    """A note with its lots, a lot before what was cut from it."""

    invoices: list[NoteInvoice] | None = Field(description="Null but for debtor and creditor.")
    parties: list[PartyRef] = Field(description="Every party that the lots name.")
    lots: list[LotNode]


class Payment(Shape):
    """What one lot got of a payment of the debtor."""

    lot: LotText
    paid_at: datetime
    paid_to: PartyRef = Field(description="Its holder of record; a pledgee is paid in its place.")
    amount: Money
    final: bool = Field(description="Whether it settled the lot.")


def router(side: ReadSide) -> APIRouter:
    """The routes of notes."""
    routes = APIRouter(tags=["notes"])

    @routes.get(
        "/notes",
        operation_id="list_notes",
        response_model=Page[NoteLine],
        responses={**LIST, **problems(400, 401, 403)},
    )
    async def list_notes(
        principal: Reader,
        limit: Limit = 100,
        cursor: Cursor = None,
        state: Annotated[NoteStateName | None, Query(description="Only notes in this state.")] = None,
        as_: Annotated[
            NoteSide | None, Query(alias="as", description="Only notes of which the caller is this.")
        ] = None,
    ) -> Response:
        """Notes that the caller may see, by number."""
        pager = Pager(side, principal, what=f"notes:{state}:{as_}", cursor=cursor)

        def build(reading: Reading, viewer: Viewer) -> Page[NoteLine]:
            def shown(note_id: int) -> NoteLine | None:
                note = reading.state.notes[note_id]
                if state is not None and note.state.name.lower() != state.value:
                    return None
                if as_ is not None and not _is(reading, viewer, note, as_):
                    return None
                return note_line(reading, note)

            items, following = pager.cut(sorted_after(_seen(reading, viewer), pager), limit, shown)
            return Page[NoteLine](items=items, next_cursor=following)

        return await list_answer(side, principal, build)

    @routes.get(
        "/notes/{note_id}",
        operation_id="show_note",
        response_model=NoteSheet,
        responses={**OBJECT, **problems(401, 403, 404)},
    )
    async def show_note(request: Request, principal: Reader, note_id: NoteId) -> Response:
        """One note with the lots of its tree that the caller may see."""
        return await object_answer(
            side,
            request,
            principal,
            subject=f"note:{note_id}",
            render=lambda reading, viewer: note_sheet(side, reading, viewer, note_id),
        )

    @routes.get(
        "/notes/{note_id}/payments",
        operation_id="list_payments",
        response_model=Page[Payment],
        responses={**LIST, **problems(400, 401, 403, 404)},
    )
    async def list_payments(
        principal: Reader, note_id: NoteId, limit: Limit = 100, cursor: Cursor = None
    ) -> Response:
        """What the debtor paid, lot by lot: to the debtor all of it, to others what they got."""
        pager = Pager(side, principal, what=f"payments:{note_id}", cursor=cursor)

        def build(reading: Reading, viewer: Viewer) -> Page[Payment]:
            payments = _payments(reading, viewer, note_id)
            items, following = pager.cut(range(len(payments)), limit, lambda place: payments[place])
            return Page[Payment](items=items, next_cursor=following)

        return await list_answer(side, principal, build)

    return routes


def require_note(reading: Reading, viewer: Viewer, note_id: int) -> Note:
    """The note; raises NoteNotFound where there is none for the viewer."""
    if not reading.visibility.sees_note(viewer, note_id):
        raise DomainError(refusals.NOTE_NOT_FOUND, note_id=note_id)
    return reading.state.notes[note_id]


def _seen(reading: Reading, viewer: Viewer) -> set[int] | frozenset[int]:
    if viewer.sees_all:
        return set(reading.state.notes)
    if viewer.party_id is None:
        return frozenset()
    return reading.company.sightings.things_near(viewer.party_id, Kind.NOTE)


def _is(reading: Reading, viewer: Viewer, note: Note, wanted: NoteSide) -> bool:
    if wanted is NoteSide.DEBTOR:
        return note.debtor_id == viewer.party_id
    if wanted is NoteSide.CREDITOR:
        return note.creditor_id == viewer.party_id
    near = reading.company.sightings.lots_near(viewer.party_id or 0, note.note_id)
    lots = (reading.state.lots[lot_id] for lot_id in near)
    return any(lot.is_leaf and lot.holder_id == viewer.party_id for lot in lots)


def note_line(reading: Reading, note: Note) -> NoteLine:
    """A note as a list shows it."""
    return NoteLine(**_line(reading, note))


def _line(reading: Reading, note: Note) -> dict[str, Any]:
    names, unit = reading.names, note.currency
    root = blocked_as(AssetId.of_lot(LotId.root(note.note_id)))
    return {
        "note_id": note.note_id,
        "state": NoteStateName(note.state.name.lower()),
        "debtor": party_ref(names, note.debtor_id),
        "creditor": party_ref(names, note.creditor_id),
        "proposed_by_id": note.proposer_id,
        "proposed_at": instant(note.proposed_at_s),
        "confirmed_at": some_instant(note.confirmed_at_s),
        "maturity_at": instant(note.maturity_at_s),
        "face": money(note.face_minor, unit),
        "open": money(note.open_minor - note.written_off_minor, unit),
        "paid": money(note.paid_minor, unit),
        "disputed": money(note.disputed_minor, unit),
        "reduced": money(note.reduced_minor, unit),
        "written_off": money(note.written_off_minor, unit),
        "blocked": any(block.open for block in reading.state.blocks.get(root, ())),
    }


def note_sheet(side: ReadSide, reading: Reading, viewer: Viewer, note_id: int) -> NoteSheet:
    """A note with the viewer's tree; raises NoteNotFound."""
    note = require_note(reading, viewer, note_id)
    visibility = reading.visibility
    depths: dict[LotId, int] = {}
    with side.store.read() as work:
        wordings = Wordings(work)
        nodes = []
        for lot, sight in visibility.tree_of(viewer, note_id):
            depths[lot.lot_id] = 0 if lot.parent is None else depths[lot.parent] + 1
            nodes.append(lot_node(reading, viewer, lot, sight, depth=depths[lot.lot_id], wordings=wordings))
        seen = visibility.sees_invoices_of(viewer, note_id)
        invoices = [*_invoices(work, note)] if seen else None
    named = dict.fromkeys(party_id for node in nodes for party_id in _named(node))
    return NoteSheet(
        **_line(reading, note),
        invoices=invoices,
        parties=[party_ref(reading.names, party_id) for party_id in sorted(named)],
        lots=nodes,
    )


def _named(node: LotNode) -> list[int]:
    stated = [node.holder_id, node.offered_to_id, node.received_from_id, node.passed_on_to_id]
    if node.lien is not None:
        stated.append(node.lien.pledgee_id)
    return [party_id for party_id in stated if party_id is not None]


def lot_node(
    reading: Reading, viewer: Viewer, lot: Lot, sight: Sight, *, depth: int, wordings: Wordings
) -> LotNode:
    """A lot as far as the viewer sees it."""
    asset_id, whole = AssetId.of_lot(lot.lot_id), sight is Sight.WHOLE
    steps = reading.visibility.steps(viewer, asset_id, sight) if sight > Sight.OUTLINE else ()
    got = [step for step in steps if step.receiver_id == (lot.holder_id if whole else viewer.party_id)]
    gave = [step for step in steps if step.giver_id == viewer.party_id]
    lien = reading.state.lien_of(asset_id) if whole else None
    in_force = lien if lien is not None and lien.state is LienState.ACTIVE else None
    holder_seen = whole or any(step.receiver_id == lot.holder_id for step in gave)
    return LotNode(
        lot=lot_text(lot.lot_id),
        parent=None if lot.parent is None else lot_text(lot.parent),
        depth=depth,
        sight=SightName[sight.name],
        first=lot.first,
        last=lot.last,
        amount_minor=lot.length_minor,
        state=LotStateName(lot.state.name.lower()) if whole else None,
        holder_id=lot.holder_id if holder_seen else None,
        offered_to_id=lot.offeree_id if whole else None,
        received_from_id=got[-1].giver_id if got else None,
        passed_on_to_id=gave[-1].receiver_id if gave else None,
        tier=reading.company.sightings.tier_of(lot.lot_id) if whole else None,
        paid_minor=lot.paid_minor if whole else None,
        acknowledged=reading.state.acknowledged.get(lot.lot_id) == lot.holder_id if whole else None,
        lien=None
        if in_force is None
        else LienMark(
            pledgee_id=in_force.pledgee_id,
            secured_minor=in_force.secured_minor,
            sequence=in_force.sequence,
        ),
        references=wordings.of_lot(reading, viewer, lot, sight, steps),
    )


def _invoices(work: ServiceUnitOfWork, note: Note) -> list[NoteInvoice]:
    found = []
    for share in note.invoices:
        records = work.invoices.by_fingerprint(share.fingerprint)
        found.append(
            NoteInvoice(
                invoice_id=records[0].content_sha256 if records else None,
                number=records[0].invoice.number if records else None,
                amount=money(share.amount_minor, note.currency),
                payable=money(share.payable_minor, note.currency),
            )
        )
    return found


def _payments(reading: Reading, viewer: Viewer, note_id: int) -> list[Payment]:
    note, state = require_note(reading, viewer, note_id), reading.state
    all_of_it = viewer.sees_all or viewer.party_id == note.debtor_id
    found = []
    for lot in state.lots_of(note_id) if all_of_it else _near(reading, viewer, note_id):
        for payment in state.payments.get(lot.lot_id, ()):
            if all_of_it or payment.party_id == viewer.party_id or _paid_as_pledgee(reading, viewer, lot):
                found.append(
                    Payment(
                        lot=lot_text(lot.lot_id),
                        paid_at=instant(payment.at_s),
                        paid_to=party_ref(reading.names, payment.party_id),
                        amount=money(payment.amount_minor, note.currency),
                        final=payment.final,
                    )
                )
    return sorted(found, key=lambda each: each.paid_at)


def _near(reading: Reading, viewer: Viewer, note_id: int) -> list[Lot]:
    near = reading.company.sightings.lots_near(viewer.party_id or 0, note_id)
    return [reading.state.lots[lot_id] for lot_id in sorted(near)]


def _paid_as_pledgee(reading: Reading, viewer: Viewer, lot: Lot) -> bool:
    """Whether the viewer's lien took from the payment."""
    liens = reading.state.liens.get(AssetId.of_lot(lot.lot_id), ())
    return any(lien.pledgee_id == viewer.party_id and lien.collected_minor for lien in liens)
