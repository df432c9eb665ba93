"""The feed of ledger events: page by page, and as a stream of server-sent events that can be taken up again.

A position is EPOCH.BLOCK.LOG. The epoch counts up when the chain takes blocks back; who comes with a position
of an earlier epoch is told from which block to read again.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import Field, JsonValue

from counterfoil.domain.access import Principal, Scope
from counterfoil.domain.errors import CounterfoilError, DomainError, declare
from counterfoil.domain.visibility import Viewer
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.read.answering import (
    LIST,
    Limit,
    Reader,
    block_headers,
    viewer_of_caller,
)
from counterfoil.entrypoints.http.read.shapes import Shape
from counterfoil.ports.chain_log import BEFORE_ALL, EventPlace
from counterfoil.usecases.reading.party_events import PAGE, page_of_events
from counterfoil.usecases.reading.read_side import ReadSide
from counterfoil.usecases.reading.shown_events import ShownEvent, shown_event

EVENT_POSITION_INVALID = declare(
    "EventPositionInvalid",
    "{position!r} is no position of the event feed",
    "Send what an event said as its position, EPOCH.BLOCK.LOG; leave it away to begin at the start.",
)
STREAMS_TAKEN = declare(
    "StreamsTaken",
    "the organisation has {most} streams open already",
    "Close one of them, or let several readers share one.",
)
HEARTBEAT_S = 15.0
MOST_STREAMS = 16
_POSITION = re.compile(r"([0-9]{1,9})\.([0-9]{1,15})\.([0-9]{1,9})")


class EventSheet(Shape):
    """Something that happened on the ledger, as far as it concerns the caller."""

    position: str = Field(
        pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$", description="EPOCH.BLOCK.LOG", examples=["0.12.3"]
    )
    event: str = Field(description="Its name, as in the contracts.", examples=["NoteConfirmed"])
    at: datetime
    tx_hash: str
    subjects: list[str] = Field(description="The objects that it is about.", examples=[["note:1"]])
    fields: dict[str, JsonValue] = Field(
        description="What it says. Amounts in minor units, hashes as hexadecimal text, times in seconds."
    )


class EventPage(Shape):
    """A part of the feed. next_position: send it as `after`; the same again where nothing is new.

    reread_from_block: blocks from this one on were taken back since the position that was sent. What they
    said is void; they follow anew.
    """

    items: list[EventSheet]
    next_position: str
    reread_from_block: int | None


@dataclass(frozen=True, slots=True)
class Position:
    """Where a reader stands: everything up to and with this event is known."""

    epoch: int
    place: EventPlace

    def __str__(self) -> str:
        return f"{self.epoch}.{max(self.place.block_number, 0)}.{self.place.log_index}"

    @classmethod
    def read(cls, text: str | None) -> Position | None:
        """The position; raises EventPositionInvalid."""
        if text is None or text == "":
            return None
        found = _POSITION.fullmatch(text)
        if found is None:
            raise DomainError(EVENT_POSITION_INVALID, position=text[:64])
        epoch, block, log = (int(each) for each in found.groups())
        return cls(epoch, EventPlace(block, log))


@dataclass(frozen=True, slots=True)
class Batch:
    """What one look at the store gave."""

    events: list[ShownEvent]
    position: Position
    reread_from_block: int | None
    block_number: int
    block_time_s: int
    more: bool


def router(side: ReadSide) -> APIRouter:
    """The routes of events."""
    routes = APIRouter(tags=["events"])
    streams = _Streams()

    @routes.get(
        "/events",
        operation_id="list_events",
        response_model=EventPage,
        responses={**LIST, **problems(400, 401, 403)},
    )
    async def list_events(
        principal: Reader,
        after: Annotated[
            str | None, Query(max_length=64, description="EPOCH.BLOCK.LOG of the last event known.")
        ] = None,
        limit: Limit = 100,
    ) -> Response:
        """Events that concern the caller, oldest first."""
        start = Position.read(after)
        viewer = viewer_of_caller(side, principal)
        batch = await run_in_threadpool(look, side, viewer, start, limit)
        page = EventPage(
            items=[_sheet(each, batch.position.epoch) for each in batch.events],
            next_position=str(batch.position),
            reread_from_block=batch.reread_from_block,
        )
        return Response(
            page.model_dump_json(),
            media_type="application/json",
            headers=block_headers(batch.block_number, batch.block_time_s),
        )

    @routes.get(
        "/events/stream",
        operation_id="stream_events",
        response_class=StreamingResponse,
        responses={
            200: {
                "description": "Events as they come. `id` is the position, `event` the name, `data` an"
                " EventSheet. `event: reorganised` says that blocks were taken back: its data has"
                " `from_block` and `epoch`. Lines that begin with a colon keep the connection alive.",
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            },
            **problems(400, 401, 403, 429),
        },
    )
    async def stream_events(
        request: Request,
        principal: Reader,
        after: Annotated[
            str | None, Query(max_length=64, description="EPOCH.BLOCK.LOG of the last event known.")
        ] = None,
        last_event_id: Annotated[
            str | None,
            Header(max_length=64, description="As `after`; it wins, as clients send it themselves."),
        ] = None,
    ) -> Response:
        """Events that concern the caller, as they come, from a position on; from now on without one."""
        start = Position.read(last_event_id) or Position.read(after)
        streams.take(principal.org_id)
        return StreamingResponse(
            _stream(side, request, principal, start, streams),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    return routes


class _Streams:
    """How many streams each organisation has open in this process; only the event loop touches it."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def take(self, org_id: str) -> None:
        if self._open[org_id] >= MOST_STREAMS:
            raise DomainError(STREAMS_TAKEN, most=MOST_STREAMS, retry_after_s=60)
        self._open[org_id] += 1

    def give_back(self, org_id: str) -> None:
        self._open[org_id] -= 1


def look(side: ReadSide, viewer: Viewer, start: Position | None, limit: int) -> Batch:
    """The next events for a viewer after a position; from the beginning without one."""
    with side.reading() as reading:
        state, epoch = reading.state, reading.epoch
        block, time_s = reading.block_number, reading.block_time_s
    with side.store.read() as work:
        if work.chain_log.checkpoint().epoch != epoch:
            # Blocks were taken back, and the state is not folded anew yet: nothing is told until it is.
            waiting = start or Position(epoch, BEFORE_ALL)
            return Batch([], waiting, None, block_number=block, block_time_s=time_s, more=False)
        place, reread = _place(start, epoch, work.chain_log.epochs(), block)
        found, last, more = page_of_events(
            work, side.decode, viewer, after=place, up_to_block=block, limit=limit
        )
    events = [shown_event(each, state, viewer) for each in found]
    return Batch(
        events=events,
        position=Position(epoch, last or place),
        reread_from_block=reread,
        block_number=block,
        block_time_s=time_s,
        more=more,
    )


def _place(
    start: Position | None, epoch: int, epochs: tuple[tuple[int, int], ...], block: int
) -> tuple[EventPlace, int | None]:
    """Where to go on, and from which block on everything is told anew."""
    if start is None:
        return BEFORE_ALL, None
    if start.epoch > epoch:
        raise DomainError(EVENT_POSITION_INVALID, position=str(start))
    since = [rolled_back_to for number, rolled_back_to in epochs if number > start.epoch]
    if not since:
        return min(start.place, EventPlace(block, 2**31 - 1)), None
    kept = min(since)
    if start.place.block_number <= kept:
        return start.place, None
    return EventPlace(kept, 2**31 - 1), kept + 1


def _sheet(event: ShownEvent, epoch: int) -> EventSheet:
    return EventSheet(
        position=f"{epoch}.{event.position}",
        event=event.name,
        at=event.at,
        tx_hash=event.tx_hash,
        subjects=list(event.subjects),
        fields=dict(event.fields),
    )


async def _stream(
    side: ReadSide,
    request: Request,
    principal: Principal,
    start: Position | None,
    streams: _Streams,
) -> AsyncIterator[str]:
    news = asyncio.Event()
    loop = asyncio.get_running_loop()

    def tell() -> None:
        loop.call_soon_threadsafe(news.set)

    end = side.listen(tell)
    position, checked_at = start, loop.time()
    if position is None:
        with side.reading() as reading:
            position = Position(reading.epoch, EventPlace(reading.block_number, 2**31 - 1))
    try:
        yield f"retry: 2000\nid: {position}\n\n"
        while True:
            news.clear()
            viewer = viewer_of_caller(side, principal)
            batch = await run_in_threadpool(look, side, viewer, position, PAGE)
            # A credential that was revoked a moment ago is told nothing of this moment.
            if (batch.events or batch.reread_from_block is not None) and not await _may_read(request):
                return
            if batch.reread_from_block is not None:
                told = {"epoch": batch.position.epoch, "from_block": batch.reread_from_block}
                resumed = Position(batch.position.epoch, EventPlace(batch.reread_from_block - 1, 2**31 - 1))
                yield _message(str(resumed), "reorganised", json.dumps(told))
            for each in batch.events:
                sheet = _sheet(each, batch.position.epoch)
                yield _message(sheet.position, sheet.event, sheet.model_dump_json())
            position = batch.position
            if batch.more:
                continue
            if not await _comes(news):
                yield ": still here\n\n"
            if loop.time() - checked_at >= HEARTBEAT_S:
                checked_at = loop.time()
                if not await _may_read(request):
                    return
    finally:
        end()
        streams.give_back(principal.org_id)


async def _comes(news: asyncio.Event) -> bool:
    """Whether there is news before the time of a heartbeat."""
    try:
        async with asyncio.timeout(HEARTBEAT_S):
            await news.wait()
    except TimeoutError:
        return False
    return True


async def _may_read(request: Request) -> bool:
    """Whether the credential still lets its bearer read: a stream outlives sessions and tokens otherwise."""
    try:
        principal: Principal = await request.app.state.gate.authenticate(request)
        principal.demand(Scope.READ)
    except CounterfoilError:
        return False
    return True


def _message(position: str, name: str, body: str) -> str:
    return f"id: {position}\nevent: {name}\ndata: {body}\n\n"
