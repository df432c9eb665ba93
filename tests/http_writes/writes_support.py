"""The HTTP application over a store of its own, without a worker: what it accepts and how it answers."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from httpx import Client, Response

from counterfoil.chain.event_codec import decode_event
from counterfoil.chain.service_key import ServiceKey
from counterfoil.domain.access import OrganisationKind, UserRole
from counterfoil.domain.commands import CommandState
from counterfoil.entrypoints.http.app import create_app
from counterfoil.entrypoints.http.gate import Gate
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.ports.commands import CommandRecord, StepRecord
from counterfoil.sealing.file_cipher import FileCipher
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.files.encrypted_files import EncryptedFiles
from counterfoil.usecases.identity.passwords import Passwords
from counterfoil.usecases.reading.read_side import ReadSide
from identity.identity_support import CHEAP, Town
from served_app import served

EUROS = {("*", "EUR"): 100_000_00}


@dataclass
class Desk:
    """Users of three organisations in front of the application."""

    client: Client
    town: Town
    store: Store
    service: HttpService
    _tests: Iterator[int] = field(default_factory=lambda: count(1))
    _keys: Iterator[int] = field(default_factory=lambda: count(1))
    _test: int = 0
    _before: frozenset[str] = frozenset()

    def begin(self) -> None:
        """A further test: keys mean something else from here on, and earlier commands do not count."""
        self._test = next(self._tests)
        self._before = frozenset(each.command_id for each in self._all())

    def headers(self, who: str | None, *, key: str | None = None, **more: str) -> dict[str, str]:
        named = f"{self._test}:{next(self._keys) if key is None else key}"
        stated = {"Idempotency-Key": named, **more}
        if who is not None:
            self.town.principal(who)
            stated["Authorization"] = f"Bearer {self.town.secrets[who]}"
        return stated

    def post(
        self, who: str | None, path: str, body: Any = None, *, key: str | None = None, **more: str
    ) -> Response:
        content = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json", **more}
        return self.client.post(path, content=content, headers=self.headers(who, key=key, **headers))

    def get(self, who: str | None, path: str, **params: Any) -> Response:
        return self.client.get(path, params=params, headers=self.headers(who))

    def commands(self) -> list[CommandRecord]:
        """Those of this test, newest first."""
        return [each for each in self._all() if each.command_id not in self._before]

    def _all(self) -> tuple[CommandRecord, ...]:
        with self.store.read() as work:
            return work.commands.of_org(None, limit=10_000)

    def change(self, command_id: str, state: CommandState, **columns: Any) -> None:
        """As the worker would."""
        with self.store.concurrent() as work:
            command = work.commands.by_id(command_id)
            assert command is not None
            changed = work.commands.change(
                command, now=self.town.clock(), state=state, waiting_for="", **columns
            )
            assert changed is not None


class FixedSigner:
    """Instructions of a ledger where one key signs everything."""

    def typed_data(self, step: StepRecord) -> Mapping[str, Any]:
        return {"message": {"nonce": str(step.nonce)}}

    def digest(self, _step: StepRecord) -> bytes:
        return bytes(32)

    def signer_of(self, step: StepRecord, _signature: bytes) -> str:
        return step.key

    def normalised(self, signature: bytes) -> bytes:
        return signature


def service_of(store: Store, town: Town) -> HttpService:
    """The service as the tests compose it: the clock of the town, cheap passwords."""
    sealing = ServiceKey(secrets.token_bytes(32))
    return HttpService(
        store=store,
        gate=Gate(store, now=town.clock),
        reading=ReadSide(store, decode_event, sealing=sealing),
        files=EncryptedFiles(cipher=FileCipher(), sealing=sealing, now=town.clock),
        sealing=sealing,
        passwords=Passwords(CHEAP),
        instructions=FixedSigner(),
        now=town.clock,
    )


@contextmanager
def open_desk(store: Store) -> Iterator[Desk]:
    """Nordwind (party 1) with a maker, a checker, a viewer and an administrator; Suedtor (party 2) with a
    maker; an operator with a maker; an auditor with a viewer.
    """
    town = Town(store)
    town.add_organisation("Nordwind", OrganisationKind.MEMBER, party_id=1)
    town.add_organisation("Suedtor", OrganisationKind.MEMBER, party_id=2)
    town.add_organisation("Betrieb", OrganisationKind.OPERATOR)
    town.add_organisation("Pruefer", OrganisationKind.AUDITOR)
    town.add_user("mara", "Nordwind", {UserRole.MAKER}, EUROS)
    town.add_user("chen", "Nordwind", {UserRole.CHECKER}, EUROS)
    town.add_user("vera", "Nordwind", {UserRole.VIEWER})
    town.add_user("abel", "Nordwind", {UserRole.ADMIN})
    town.add_user("sven", "Suedtor", {UserRole.MAKER}, EUROS)
    town.add_user("otto", "Betrieb", {UserRole.MAKER, UserRole.ADMIN}, EUROS)
    town.add_user("rita", "Pruefer", {UserRole.VIEWER})
    service = service_of(store, town)
    with served(create_app(service)) as client:
        yield Desk(client=client, town=town, store=store, service=service)


def pointers(answer: Response) -> Mapping[str, str]:
    """The fields that an answer names, with the reasons."""
    return {each["field"]: each["reason"] for each in answer.json()["errors"]}
