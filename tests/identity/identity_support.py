"""Two organisations and their users on an empty database, and commands that wait for approval."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

from counterfoil.domain.access import OrganisationKind, Principal, UserRole
from counterfoil.domain.commands import CommandState
from counterfoil.domain.errors import CounterfoilError
from counterfoil.domain.ids import COMMAND, ORGANISATION, USER, new_id
from counterfoil.ports.commands import CommandRecord
from counterfoil.ports.identity import (
    OrganisationRecord,
    OrganisationState,
    UserRecord,
    UserState,
)
from counterfoil.ports.store import PartyRecord
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.identity.asking import Asking
from counterfoil.usecases.identity.login import Doorkeeper, open_session
from counterfoil.usecases.identity.passwords import PasswordCost, Passwords
from counterfoil.usecases.identity.rights import identify

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CHEAP = PasswordCost(memory_kib=64, passes=1)
"""As weak as Argon2 allows: tests hash often."""
PASSWORD = "seven tall green lamps"
BODY = '{"note_id":1}'
BODY_HASH = hashlib.sha256(BODY.encode()).hexdigest()


@dataclass
class Clock:
    """A clock that goes only when told."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Town:
    """A store with organisations in it. Users are known by short names."""

    store: Store
    clock: Clock = field(default_factory=Clock)
    passwords: Passwords = field(default_factory=lambda: Passwords(CHEAP))
    organisations: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    _commands: int = 0

    @property
    def door(self) -> Doorkeeper:
        return Doorkeeper(store=self.store, passwords=self.passwords, now=self.clock)

    def add_organisation(self, name: str, kind: OrganisationKind, *, party_id: int | None = None) -> str:
        org_id = new_id(ORGANISATION, at_ms=len(self.organisations))
        with self.store.begin() as work:
            if party_id is not None:
                work.parties.add(
                    PartyRecord(
                        party_key=f"key-{party_id}",
                        name=name,
                        country="DE",
                        roles=0,
                        onboarding_hash=party_id.to_bytes(32),
                        key_name=f"party-{party_id}",
                        party_id=party_id,
                    )
                )
            work.identity.add_organisation(
                OrganisationRecord(
                    org_id=org_id,
                    name=name,
                    kind=kind,
                    party_key=None if party_id is None else f"key-{party_id}",
                    state=OrganisationState.ACTIVE,
                    created_at=self.clock(),
                )
            )
        self.organisations[name] = org_id
        return org_id

    def add_user(
        self,
        name: str,
        organisation: str,
        roles: Iterable[UserRole],
        limits: Mapping[tuple[str, str], int] | None = None,
        *,
        password: str | None = None,
    ) -> str:
        user_id = new_id(USER, at_ms=len(self.users))
        with self.store.begin() as work:
            work.identity.add_user(
                UserRecord(
                    user_id=user_id,
                    org_id=self.organisations[organisation],
                    login=name,
                    display_name=name.title(),
                    state=UserState.ACTIVE,
                    created_at=self.clock(),
                    password_hash=None if password is None else self.passwords.hash(password),
                )
            )
            work.identity.set_roles(user_id, roles)
            work.identity.set_limits(user_id, dict(limits or {}))
        self.users[name] = user_id
        return user_id

    def principal(self, name: str) -> Principal:
        """Whoever is logged in under that name, with a session of its own kept for it."""
        with self.store.concurrent() as work:
            if name not in self.secrets:
                user = work.identity.user(self.users[name])
                assert user is not None
                self.secrets[name] = open_session(work, user, now=self.clock()).secret
            return identify(work, self.secrets[name], now=self.clock()).principal

    def asking(self, name: str) -> Asking:
        return Asking(principal=self.principal(name), now=self.clock(), correlation_id=f"request-of-{name}")

    def asking_again(self, asking: object) -> Asking:
        """The same request, for what runs in a thread."""
        assert isinstance(asking, Asking)
        return asking

    def add_command(
        self,
        made_by: str,
        *,
        operation: str = "confirm_note",
        amount_minor: int | None = None,
        currency: str | None = None,
        state: CommandState = CommandState.AWAITING_APPROVAL,
        **columns: Any,
    ) -> str:
        command_id = new_id(COMMAND, at_ms=self._commands)
        self._commands += 1
        with self.store.concurrent() as work:
            user = work.identity.user(self.users[made_by])
            assert user is not None
            work.commands.add(
                CommandRecord(
                    command_id=command_id,
                    org_id=user.org_id,
                    actor="party:1",
                    operation=operation,
                    body_json=BODY,
                    body_hash=BODY_HASH,
                    made_by=user.user_id,
                    created_at=self.clock(),
                    expires_at=self.clock() + timedelta(days=7),
                    correlation_id="",
                    waiting_for="1 more approval",
                    waiting_since=self.clock(),
                    state=state,
                    amount_minor=amount_minor,
                    currency=currency,
                    **columns,
                )
            )
        return command_id

    def command(self, command_id: str) -> CommandRecord:
        with self.store.read() as work:
            found = work.commands.by_id(command_id)
        assert found is not None
        return found

    def actions(self) -> list[str]:
        """What the audit log tells, oldest first."""
        with self.store.read() as work:
            return [kept.entry.action for kept in work.audit.entries(limit=10_000)]


def two_towns_people(store: Store) -> Town:
    """Nordwind (party 1) with a maker, two checkers and an administrator; Suedtor (party 2) with its own."""
    town = Town(store)
    town.add_organisation("Nordwind", OrganisationKind.MEMBER, party_id=1)
    town.add_organisation("Suedtor", OrganisationKind.MEMBER, party_id=2)
    euros = {("*", "EUR"): 100_000}
    town.add_user("mara", "Nordwind", {UserRole.MAKER}, euros)
    town.add_user("chen", "Nordwind", {UserRole.CHECKER}, euros)
    town.add_user("dora", "Nordwind", {UserRole.CHECKER}, euros)
    town.add_user("abel", "Nordwind", {UserRole.ADMIN})
    town.add_user("sven", "Suedtor", {UserRole.MAKER, UserRole.CHECKER}, euros)
    town.add_user("tina", "Suedtor", {UserRole.ADMIN})
    return town


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do all of it in threads that begin together; per act what it gave, or the error it raised."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        start.wait(timeout=10)
        try:
            return act()
        except CounterfoilError as refused:
            return refused

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, act) for act in acts]]


def codes(results: Iterable[object]) -> list[str]:
    """Codes of those results that are errors, sorted."""
    return sorted(result.code for result in results if isinstance(result, CounterfoilError))
