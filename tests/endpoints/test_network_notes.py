"""A network that stands still is told: in what commands wait for, in readiness, in metrics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from counterfoil.domain.access import OrganisationKind
from counterfoil.domain.commands import CommandState
from counterfoil.entrypoints.http.read.answering import block_headers
from counterfoil.observing.service_metrics import ServiceMetrics
from counterfoil.ports.commands import CommandRecord
from counterfoil.ports.identity import OrganisationRecord, OrganisationState, UserRecord, UserState
from counterfoil.ports.outbox import NETWORK_TROUBLE, EndpointBeat, WorkerBeat
from counterfoil.store.schema import SCHEMA_VERSION
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.operating.readiness import Check, Limits, readiness
from counterfoil.usecases.outbox.network_notes import NetworkNotes
from database_support import Database, fresh_postgresql

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
A_BLOCK = "a block of the chain"
PREPARED = "the service prepares it"


def stall(seconds: int, answering: int = 2) -> str:
    return (
        f"the network makes no blocks: newest block 214 is {seconds} s old; {answering} of 4 endpoints answer"
    )


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgresql)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store with one organisation, on one kind of database and then on the other."""
    if request.param == "sqlite":
        opened = Database(is_sqlite=True, address=str(tmp_path / "store.sqlite")).open()
        with_organisation(opened)
        yield opened
        opened.close()
        return
    with fresh_postgresql() as database:
        opened = database.open()
        with_organisation(opened)
        yield opened
        opened.close()


def with_organisation(store: Store) -> None:
    with store.begin() as work:
        work.identity.add_organisation(
            OrganisationRecord(
                org_id="org_one",
                name="one",
                kind=OrganisationKind.OPERATOR,
                party_key=None,
                state=OrganisationState.ACTIVE,
                created_at=NOW,
            )
        )
        work.identity.add_user(
            UserRecord(
                user_id="usr_one",
                org_id="org_one",
                login="one",
                display_name="One",
                state=UserState.ACTIVE,
                created_at=NOW,
            )
        )


def add(store: Store, name: str, state: CommandState, waiting_for: str) -> None:
    with store.concurrent() as work:
        work.commands.add(
            CommandRecord(
                command_id=name,
                org_id="org_one",
                actor="office:bank",
                operation="issue_cash",
                body_json="{}",
                body_hash="ab" * 32,
                made_by="usr_one",
                created_at=NOW,
                expires_at=NOW + timedelta(days=1),
                correlation_id="c-1",
                waiting_for=waiting_for,
                waiting_since=NOW,
                state=state,
            )
        )


def waiting(store: Store) -> dict[str, str]:
    names = ("cmd_1", "cmd_2", "cmd_3", "cmd_4")
    with store.read() as work:
        found = {name: work.commands.by_id(name) for name in names}
    return {name: each.waiting_for for name, each in found.items() if each is not None}


class Network:
    """What is wrong with a network, as a test says."""

    def __init__(self) -> None:
        self.trouble: str | None = None

    def __call__(self) -> str | None:
        return self.trouble


def test_commands_say_that_the_network_stands_still_and_no_longer_when_it_moves(store: Store) -> None:
    network = Network()
    notes = NetworkNotes(store, network)
    add(store, "cmd_1", CommandState.SENT, A_BLOCK)
    add(store, "cmd_2", CommandState.AWAITING_SIGNATURE, "the signature of the party's own key")
    notes.turn()
    assert waiting(store)["cmd_1"] == A_BLOCK
    network.trouble = stall(12)
    notes.turn()
    # Those that come in meanwhile say so as well; who waits for people waits for people.
    add(store, "cmd_3", CommandState.RECEIVED, PREPARED)
    network.trouble = stall(13)
    notes.turn()
    assert waiting(store) == {
        "cmd_1": f"{A_BLOCK} (now: {stall(12)})",
        "cmd_2": "the signature of the party's own key",
        "cmd_3": f"{PREPARED} (now: {stall(12)})",
    }
    network.trouble = stall(20, answering=1)
    notes.turn()
    assert waiting(store)["cmd_1"] == f"{A_BLOCK} (now: {stall(20, answering=1)})"
    network.trouble = None
    notes.turn()
    assert waiting(store)["cmd_1"] == A_BLOCK
    assert waiting(store)["cmd_3"] == PREPARED


def test_the_age_in_a_note_is_not_left_for_ever(store: Store) -> None:
    network = Network()
    notes = NetworkNotes(store, network)
    add(store, "cmd_1", CommandState.SENT, A_BLOCK)
    for seconds in range(10, 70):
        network.trouble = stall(seconds)
        notes.turn()
    told = waiting(store)["cmd_1"]
    assert any(f"{seconds} s old" in told for seconds in range(45, 70))


def test_a_note_changes_nothing_that_somebody_else_has_in_hand(store: Store) -> None:
    network = Network()
    notes = NetworkNotes(store, network)
    add(store, "cmd_1", CommandState.SENT, A_BLOCK)
    with store.read() as work:
        before = work.commands.by_id("cmd_1")
    assert before is not None
    network.trouble = stall(12)
    notes.turn()
    with store.concurrent() as work:
        changed = work.commands.change(before, now=NOW, state=CommandState.DONE)
    assert changed is not None
    assert waiting(store)["cmd_1"] == ""
    notes.turn()
    assert waiting(store)["cmd_1"] == ""


def test_what_an_ended_worker_left_is_taken_away(store: Store) -> None:
    network = Network()
    add(store, "cmd_1", CommandState.SENT, A_BLOCK)
    network.trouble = stall(12)
    NetworkNotes(store, network).turn()
    network.trouble = None
    NetworkNotes(store, network).turn()
    assert waiting(store)["cmd_1"] == A_BLOCK


def beat(store: Store, *troubles: str, states: tuple[str, ...] = ("healthy", "quarantined")) -> None:
    endpoints = tuple(
        EndpointBeat(
            name=f"member{place}",
            state=state,
            reason="" if state == "healthy" else "it lied",
            height=None if state == "silent" else 214,
            quarantines=int(state == "quarantined"),
        )
        for place, state in enumerate(states, start=1)
    )
    with store.concurrent() as work:
        work.outbox.beat(
            WorkerBeat(
                beat_at=NOW,
                started_at=NOW,
                head_block=214,
                indexed_block=214,
                troubles=troubles,
                endpoints=endpoints,
            )
        )


def network_check(store: Store) -> Check | None:
    limits = Limits(schema_version=SCHEMA_VERSION, beat_age_s=15, lag_blocks=10_000)
    return next(
        (each for each in readiness(store, limits=limits, now=NOW).checks if each.name == "network"), None
    )


def test_readiness_tells_of_the_network(store: Store) -> None:
    beat(store)
    assert network_check(store) == Check(name="network", passed=True, told="1 of 2 endpoints can be used")
    beat(store, f"{NETWORK_TROUBLE}{stall(12)}", "commands: NoEndpoint: x")
    assert network_check(store) == Check(name="network", passed=False, told=stall(12))
    # Who runs which endpoint is nobody's business who is not logged in.
    beat(store, f"{NETWORK_TROUBLE}none of 2 endpoints can be used: member1: x", states=("silent", "silent"))
    assert network_check(store) == Check(name="network", passed=False, told="0 of 2 endpoints can be used")


def test_readiness_says_nothing_of_a_network_that_there_is_not(store: Store) -> None:
    beat(store, states=())
    assert network_check(store) is None


def test_metrics_tell_of_each_endpoint(store: Store) -> None:
    beat(store, states=("healthy", "quarantined", "silent"))
    registry = CollectorRegistry()
    registry.register(ServiceMetrics(store, now=lambda: NOW))
    told = generate_latest(registry).decode()
    assert 'counterfoil_endpoint_state{endpoint="member2",state="quarantined"} 1.0' in told
    assert 'counterfoil_endpoint_state{endpoint="member2",state="healthy"} 0.0' in told
    assert 'counterfoil_endpoint_quarantines{endpoint="member2"} 1.0' in told
    assert 'counterfoil_endpoint_height{endpoint="member1"} 214.0' in told
    assert 'counterfoil_endpoint_height{endpoint="member3"}' not in told


def test_answers_say_of_which_block_they_are_and_when_it_was_made() -> None:
    assert block_headers(214, 1_800_000_000) == {
        "Counterfoil-Block": "214",
        "Counterfoil-Block-Time": "2027-01-15T08:00:00Z",
    }
    assert block_headers(-1, 0) == {"Counterfoil-Block": "-1"}
