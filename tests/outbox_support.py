"""A home of the service for tests of its worker: organisations, users, cash, and a party with its own key.

Halden and the banks are paid out of cash that is there; Valtenna keeps its key itself.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

from counterfoil.chain.deployment import Deployment
from counterfoil.chain.relay.instructions import DeployedInstructions, terms_of
from counterfoil.domain.access import OrganisationKind, UserRole
from counterfoil.domain.commands import CommandState
from counterfoil.domain.ids import COMMAND, new_id
from counterfoil.domain.states import PartyRole
from counterfoil.entrypoints.operations import body_hash, operation_named
from counterfoil.entrypoints.worker.wiring import OpenWorker, open_worker
from counterfoil.ports.commands import CommandRecord
from counterfoil.ports.identity import OrganisationRecord, OrganisationState, UserRecord, UserState
from counterfoil.settings import Settings
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.cash.issue_cash import issue_cash
from counterfoil.usecases.outbox.signatures import attach_signature
from counterfoil.usecases.parties.register_party import register_party
from counterfoil.usecases.wording import canonical_json
from ledger_support import BANK, HALDEN, LAHN, PASSPHRASE, Firm, ledger_in, record, settings_of, ubl

OWN_KEY: LocalAccount = Account.from_key(b"\x11" * 32)
KEEPER = Firm("Eigene Schluessel AG", "DE111222339")
"""The party that keeps its own key."""
OPERATOR = "operator"
MEMBERS = (HALDEN, LAHN, BANK, KEEPER)


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation of the service with a maker and a checker. party_id: None for the operator."""

    org_id: str
    maker: str
    checker: str
    party_id: int | None

    def actor(self, office: str = "") -> str:
        """As commands name who acts."""
        return f"office:{office}" if self.party_id is None else f"party:{self.party_id}"


def make_service_home(traded: Path, home: Path, *, invoices: int = 0) -> dict[str, Member]:
    """Copy a traded home and make it one of the service; the members by name of their firm.

    invoices: so many of Lahn to Halden, named INV-0, INV-1 ..., over 100.00 each. No approvals are asked for.
    """
    shutil.copytree(traded, home)
    with ledger_in(home) as ledger:
        bench = ledger.bench
        register_party(
            bench,
            name=KEEPER.name,
            identifiers=[KEEPER.key],
            roles=PartyRole.FUNDER,
            key_addresses=[OWN_KEY.address],
        )
        issue_cash(bench, party=KEEPER.key, currency="EUR", amount_minor=1_000_000, deposit="of the keeper")
        if invoices:
            record(bench, *(ubl(f"INV-{each}", "100.00") for each in range(invoices)))
        with ledger.store.begin() as work:
            return _with_members(work, datetime.now(UTC))


def _with_members(work: Any, now: datetime) -> dict[str, Member]:
    members = {}
    for place, firm in enumerate((None, *MEMBERS)):
        name = OPERATOR if firm is None else firm.name
        org_id = new_id("org", at_ms=place)
        work.identity.add_organisation(
            OrganisationRecord(
                org_id=org_id,
                name=name,
                kind=OrganisationKind.OPERATOR if firm is None else OrganisationKind.MEMBER,
                party_key=None if firm is None else firm.key,
                state=OrganisationState.ACTIVE,
                created_at=now,
            )
        )
        work.identity.set_policy(org_id, {"*": 0})
        people = []
        for role in (UserRole.MAKER, UserRole.CHECKER):
            user_id = new_id("usr", at_ms=2 * place)
            work.identity.add_user(
                UserRecord(
                    user_id=user_id,
                    org_id=org_id,
                    login=f"{role.value}-{place}",
                    display_name=role.value,
                    state=UserState.ACTIVE,
                    created_at=now,
                )
            )
            work.identity.set_roles(user_id, [role])
            work.identity.set_limits(user_id, {("*", "EUR"): 10**12})
            people.append(user_id)
        party = None if firm is None else work.parties.by_key(firm.key)
        members[name] = Member(org_id, people[0], people[1], None if party is None else party.party_id)
    return members


def members_of(store: Store) -> dict[str, Member]:
    """The members of a home that `make_service_home` made."""
    found = {}
    with store.read() as work:
        for organisation in work.identity.organisations():
            people = {
                each.login.partition("-")[0]: each for each in work.identity.users_of(organisation.org_id)
            }
            party = None if organisation.party_key is None else work.parties.by_key(organisation.party_key)
            found[organisation.name] = Member(
                organisation.org_id,
                people["maker"].user_id,
                people["checker"].user_id,
                None if party is None else party.party_id,
            )
    return found


def accept(
    store: Store,
    member: Member,
    operation: str,
    body: dict[str, Any],
    *,
    office: str = "",
    lifetime: timedelta = timedelta(days=1),
    now: datetime | None = None,
    made_of: bytes | None = None,
) -> str:
    """What the HTTP process does when it accepts a command; its id."""
    at = now or datetime.now(UTC)
    command_id = new_id(COMMAND, at_ms=int(at.timestamp() * 1000), made_of=made_of)
    text = canonical_json(body)
    operation_named(operation).read_body(text)
    with store.concurrent() as work:
        work.commands.add(
            CommandRecord(
                command_id=command_id,
                org_id=member.org_id,
                actor=member.actor(office),
                operation=operation,
                body_json=text,
                body_hash=body_hash(text),
                made_by=member.maker,
                created_at=at,
                expires_at=at + lifetime,
                correlation_id=f"test-{command_id}",
                waiting_for="the service prepares it",
                waiting_since=at,
            )
        )
    return command_id


def euros(minor: int) -> dict[str, Any]:
    """An amount as bodies state it."""
    return {"amount_minor": minor, "currency": "EUR"}


def command(store: Store, command_id: str) -> CommandRecord:
    """The command as it is now."""
    with store.read() as work:
        found = work.commands.by_id(command_id)
    if found is None:
        raise KeyError(command_id)
    return found


def result_of(store: Store, command_id: str) -> dict[str, Any]:
    """The result of a command that is done; AssertionError with its problem where it is not."""
    found = command(store, command_id)
    assert found.state is CommandState.DONE, (found.state, found.waiting_for, found.problem_json)
    return dict(json.loads(found.result_json or "null"))


def problem_of(store: Store, command_id: str) -> dict[str, Any]:
    """The problem of a command that came to nothing."""
    return dict(json.loads(command(store, command_id).problem_json or "null"))


def sign_waiting(store: Store, settings: Settings, key: LocalAccount = OWN_KEY) -> int:
    """Sign all that waits for the keeper's signature, as `counterfoil sign` would; how many that were."""
    instructions = DeployedInstructions(Deployment.load(settings.deployment_path))
    signed = 0
    with store.read() as work:
        waiting = work.commands.due([CommandState.AWAITING_SIGNATURE], now=datetime.now(UTC), limit=1000)
    for each in waiting:
        with store.concurrent() as work:
            step = work.commands.step_of(each.command_id, each.steps_done)
            signature = terms_of(step).sign(instructions.domain, key).signature
            attach_signature(
                work,
                instructions,
                command_id=each.command_id,
                org_id=each.org_id,
                key=key.address,
                nonce=step.nonce,
                signature=signature,
                active_keys=frozenset({key.address}),
                now=datetime.now(UTC),
            )
        signed += 1
    return signed


def worker_in(home: Path, **changed: Any) -> OpenWorker:
    """The worker of a home, open; the caller closes it."""
    settings = settings_of(home).model_copy(update=changed)
    return open_worker(settings, passphrase=lambda _: PASSPHRASE)


def work_off(worker: OpenWorker, *, most_turns: int = 200) -> None:
    """Let the worker turn until there is nothing left to do at once."""
    for _ in range(most_turns):
        if not worker.commands.turn():
            return
    raise AssertionError(f"still busy after {most_turns} turns")


def until(condition: Callable[[], bool], *, stop: threading.Event | None = None, seconds: float = 60) -> None:
    """Wait for something that another process does."""
    waiting = stop or threading.Event()
    for _ in range(int(seconds * 50)):
        if condition():
            return
        waiting.wait(0.02)
    raise AssertionError("it did not come about in time")
