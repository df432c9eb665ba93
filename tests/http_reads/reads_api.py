"""The read routes by themselves, in front of a world; who asks is stated by a header."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from fastapi import FastAPI, Request
from reads_world import World, party_key

from counterfoil.domain.access import NOT_AUTHENTICATED, OrganisationKind, Principal, Scope, UserRole
from counterfoil.domain.errors import DomainError
from counterfoil.entrypoints.http.problems import add_problem_handlers
from counterfoil.entrypoints.http.read import read_routers
from counterfoil.usecases.reading.read_side import ReadSide

AUDITOR = 0
WITHOUT_PARTY = -1


class HeaderGate:
    """Believes what the header says; what gates refuse is tested with the gate."""

    def __init__(self) -> None:
        self.revoked = False

    async def authenticate(self, request: Request) -> Principal:
        stated = request.headers.get("x-party")
        if stated is None or self.revoked:
            raise DomainError(NOT_AUTHENTICATED)
        return principal_of(int(stated))


def principal_of(party_id: int) -> Principal:
    member = party_id > 0
    kind = OrganisationKind.AUDITOR if party_id == AUDITOR else OrganisationKind.MEMBER
    return Principal(
        user_id=f"usr_{party_id}",
        org_id=f"org_{party_id}",
        org_kind=kind,
        party_key=party_key(party_id) if member else None,
        party_id=party_id if member else None,
        roles=frozenset({UserRole.VIEWER}),
        scopes=frozenset({Scope.READ}),
        credential_id=f"cred_{party_id}",
    )


class Caller:
    """Requests to an application in this process, one after the other."""

    def __init__(self, app: FastAPI, runner: asyncio.Runner) -> None:
        self._runner = runner
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://service")

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return self._runner.run(self._client.get(path, headers=headers))

    def close(self) -> None:
        self._runner.run(self._client.aclose())


class Api:
    """Asks as a party."""

    def __init__(self, world: World, side: ReadSide, client: Caller, gate: HeaderGate) -> None:
        self.world = world
        self.side = side
        self.client = client
        self.gate = gate

    def get(self, path: str, party_id: int, **headers: str) -> Any:
        stated = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(f"/v1{path}", headers={"x-party": str(party_id), **stated})

    def read(self, path: str, party_id: int) -> Any:
        answer = self.get(path, party_id)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def items(self, path: str, party_id: int, *, limit: int = 500) -> list[Any]:
        """All pages of a list."""
        found: list[Any] = []
        mark, cursor = "&" if "?" in path else "?", ""
        while True:
            page = self.read(f"{path}{mark}limit={limit}{cursor}", party_id)
            found += page["items"]
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    def follow(self) -> None:
        """Store what the ledger has new and let the read side take it."""
        self.world.store_events()
        self.side.follow()


def app_over(side: ReadSide) -> tuple[FastAPI, HeaderGate]:
    """The read routes alone, and who lets them in."""
    app, gate = FastAPI(), HeaderGate()
    app.state.gate = gate
    for router in read_routers(side):
        app.include_router(router, prefix="/v1")
    add_problem_handlers(app)
    return app, gate


@contextmanager
def served(world: World) -> Iterator[Api]:
    """The routes over a world, its events stored."""
    world.store_events()
    side = world.side()
    side.follow()
    app, gate = app_over(side)
    with asyncio.Runner() as runner:
        client = Caller(app, runner)
        yield Api(world, side, client, gate)
        client.close()
