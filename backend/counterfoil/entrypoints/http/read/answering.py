"""How an answer is made: who looks, which page, what the headers say.

Objects are kept as rendered bytes under the version of what they show, so that an answer that nothing has
changed costs a look at a table.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from counterfoil.domain.access import Principal, Scope
from counterfoil.domain.errors import CounterfoilError, DomainError, declare
from counterfoil.domain.visibility import Viewer, viewer_of
from counterfoil.entrypoints.http.read.shapes import instant
from counterfoil.entrypoints.http.security import require
from counterfoil.usecases.reading.read_side import Reading, ReadSide, Rendered

CURSOR_INVALID = declare(
    "CursorInvalid",
    "the cursor is not one that this list gave out",
    "Leave it away to begin at the start, and keep the other parameters as they were.",
)
BLOCK_HEADER = "Counterfoil-Block"
BLOCK_TIME_HEADER = "Counterfoil-Block-Time"
MOST_ITEMS = 500

Reader = Annotated[Principal, Depends(require(Scope.READ))]
Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="How many items at most.")]
Cursor = Annotated[
    str | None, Query(max_length=1024, description="`next_cursor` of the page before, with its parameters.")
]
IfNoneMatch = Annotated[str | None, Header(max_length=1024, description="An `ETag` that is known already.")]

BLOCK_HEADERS: dict[str, Any] = {
    BLOCK_HEADER: {
        "description": "The block of the ledger that the answer shows.",
        "schema": {"type": "integer"},
    },
    BLOCK_TIME_HEADER: {
        "description": "When that block was made. An old time means that the network makes no blocks, or that"
        " the service does not see them.",
        "schema": {"type": "string", "format": "date-time"},
    },
}
OBJECT_HEADERS: dict[str, Any] = {
    **BLOCK_HEADERS,
    "ETag": {
        "description": "Names these very bytes; send it as If-None-Match.",
        "schema": {"type": "string"},
    },
}
OBJECT: dict[int | str, dict[str, Any]] = {
    200: {"headers": OBJECT_HEADERS},
    304: {"description": "What If-None-Match names is still so.", "headers": OBJECT_HEADERS},
}
LIST: dict[int | str, dict[str, Any]] = {200: {"headers": BLOCK_HEADERS}}

Key = TypeVar("Key", int, str)


def block_headers(number: int, time_s: int) -> dict[str, str]:
    """The block that an answer shows. Before the first one was read there is no time of it."""
    headers = {BLOCK_HEADER: str(number)}
    if number >= 0:
        headers[BLOCK_TIME_HEADER] = instant(time_s).isoformat().replace("+00:00", "Z")
    return headers


Item = TypeVar("Item")


def viewer_of_caller(side: ReadSide, principal: Principal) -> Viewer:
    """What the caller's organisation looks with, without waiting for the fold."""
    return viewer_of(side.model.state, org_kind=principal.org_kind.value, party_id=principal.party_id)


async def object_answer(
    side: ReadSide,
    request: Request,
    principal: Principal,
    *,
    subject: str,
    of: str = "",
    render: Callable[[Reading, Viewer], BaseModel],
) -> Response:
    """One object. subject: under which its changes count, as in event_subjects; of: which part of it is
    asked for; render: raises the refusal of an object that is not there, also where it is there for others.
    """
    viewer = viewer_of_caller(side, principal)
    rendered = side.kept(subject, of, viewer)
    if rendered is None:
        rendered = await run_in_threadpool(_render, side, subject, viewer, render)
        side.keep(subject, of, viewer, rendered)
    headers = {"ETag": rendered.etag, **block_headers(*side.block)}
    if _knows(request.headers.get("if-none-match"), rendered.etag):
        return Response(status_code=304, headers=headers)
    return Response(rendered.body, media_type="application/json", headers=headers)


async def fresh_answer(
    side: ReadSide,
    request: Request,
    principal: Principal,
    render: Callable[[Reading, Viewer], BaseModel],
) -> Response:
    """One answer that the clock or the store changes as well, so that it is made each time."""
    viewer = viewer_of_caller(side, principal)
    rendered = await run_in_threadpool(_render, side, "", viewer, render)
    headers = {"ETag": rendered.etag, **block_headers(rendered.block_number, rendered.block_time_s)}
    if _knows(request.headers.get("if-none-match"), rendered.etag):
        return Response(status_code=304, headers=headers)
    return Response(rendered.body, media_type="application/json", headers=headers)


def _render(
    side: ReadSide, subject: str, viewer: Viewer, render: Callable[[Reading, Viewer], BaseModel]
) -> Rendered:
    with side.reading() as reading:
        version = side.version_of(subject)
        body = render(reading, viewer).model_dump_json().encode()
        block, time_s = reading.block_number, reading.block_time_s
    etag = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
    return Rendered(version=version, block_number=block, block_time_s=time_s, etag=etag, body=body)


def _knows(stated: str | None, etag: str) -> bool:
    """Whether If-None-Match names the answer; weak comparison, as RFC 9110 says for it."""
    if stated is None:
        return False
    names = [each.strip().removeprefix("W/") for each in stated.split(",")]
    return "*" in names or etag in names


async def list_answer(
    side: ReadSide,
    principal: Principal,
    build: Callable[[Reading, Viewer], BaseModel],
) -> Response:
    """A page of a list; `build` makes it with `page_of`."""
    viewer = viewer_of_caller(side, principal)

    def made() -> tuple[bytes, dict[str, str]]:
        with side.reading() as reading:
            headers = block_headers(reading.block_number, reading.block_time_s)
            return build(reading, viewer).model_dump_json().encode(), headers

    body, headers = await run_in_threadpool(made)
    return Response(body, media_type="application/json", headers=headers)


class Pager:
    """Cuts a page out of sorted keys. what: the list with its parameters. A cursor of another list, of other
    parameters or of another organisation is none of this one.
    """

    def __init__(self, side: ReadSide, principal: Principal, *, what: str, cursor: str | None) -> None:
        self._sealing = side.sealing
        self._purpose = f"cursor:{principal.org_id}:{what}"
        self.after = None if cursor is None else self._opened(cursor)

    def cut(
        self, keys: Iterable[Key], limit: int, shown: Callable[[Key], Item | None]
    ) -> tuple[list[Item], str | None]:
        """The items after the cursor, and the cursor of what follows. keys: in order, whole numbers or texts
        of one kind; shown: the item, None for what is left out.
        """
        items: list[Item] = []
        last: Key | None = None
        for key in keys:
            if self.after is not None and not self._follows(key):
                continue
            if len(items) == limit:
                return items, self.sealed(last)
            item = shown(key)
            if item is not None:
                items.append(item)
                last = key
        return items, None

    def sealed(self, key: object) -> str:
        """The cursor of what follows on a key."""
        return self._sealing.seal(json.dumps(key).encode(), self._purpose)

    def _follows(self, key: int | str) -> bool:
        if type(key) is not type(self.after):
            raise DomainError(CURSOR_INVALID)
        return bool(key > self.after)

    def _opened(self, cursor: str) -> Any:
        try:
            return json.loads(self._sealing.unseal(cursor, self._purpose))
        except (CounterfoilError, ValueError) as broken:
            raise DomainError(CURSOR_INVALID) from broken


def sorted_after(keys: Sequence[int] | set[int] | frozenset[int], pager: Pager) -> list[int]:
    """Numbers after the pager's cursor, in order: only these are looked at."""
    after = pager.after
    if after is None:
        return sorted(keys)
    if not isinstance(after, int):
        raise DomainError(CURSOR_INVALID)
    return sorted(key for key in keys if key > after)
