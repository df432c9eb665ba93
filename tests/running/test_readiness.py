"""Readiness and metrics say what the database says, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import Table, delete, insert, update

from counterfoil.observing.service_metrics import ServiceMetrics
from counterfoil.store.schema import (
    SCHEMA_VERSION,
    chain_checkpoint,
    comparisons,
    sender_lanes,
    worker_beats,
)
from counterfoil.store.schema import chain_transactions as transactions
from counterfoil.store.schema import schema_version as versions
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.operating.readiness import Limits, Readiness, readiness
from database_support import Database, fresh_postgresql

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
LIMITS = Limits(schema_version=SCHEMA_VERSION, beat_age_s=15, lag_blocks=50)
BEAT = {
    "only_row": 1,
    "beat_at": NOW - timedelta(seconds=2),
    "started_at": NOW - timedelta(hours=1),
    "head_block": 120,
    "indexed_block": 118,
    "troubles_json": "[]",
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database, of one kind and then of the other."""
    if request.param == "sqlite":
        yield Database(is_sqlite=True, address=str(tmp_path / "store.sqlite"))
    else:
        with fresh_postgresql() as found:
            yield found


class Rows:
    """A store, and rows put into it."""

    def __init__(self, database: Database) -> None:
        self.store: Store = database.open()
        self._engine = database.engine()

    def put(self, table: Table, **row: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(insert(table).values(row))

    def change(self, table: Table, **change: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(table).values(change))

    def empty(self, table: Table) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(table))

    def close(self) -> None:
        self.store.close()
        self._engine.dispose()

    def ready(self, now: datetime = NOW) -> Readiness:
        return readiness(self.store, limits=LIMITS, now=now)

    def failing(self, now: datetime = NOW) -> list[str]:
        return [check.name for check in self.ready(now).checks if not check.passed]


@pytest.fixture
def working(database: Database) -> Iterator[Rows]:
    """A service that does its work."""
    rows = Rows(database)
    rows.put(worker_beats, **BEAT)
    rows.empty(chain_checkpoint)
    rows.put(chain_checkpoint, only_row=1, block_number=118)
    compare(rows, "notes", 100)
    yield rows
    rows.close()


def compare(rows: Rows, scope: str, block: int, *, equal: bool = True) -> None:
    rows.put(
        comparisons,
        compared_at=NOW - timedelta(seconds=30),
        block_number=block,
        scope=scope,
        model_digest="aa",
        chain_digest="aa" if equal else "bb",
        equal=equal,
    )


def test_a_service_that_works_is_ready(working: Rows) -> None:
    seen = working.ready()
    assert seen.ready
    assert [check.name for check in seen.checks] == ["database", "schema", "worker", "index", "comparison"]


def test_without_a_worker_it_is_not_ready(working: Rows) -> None:
    working.empty(worker_beats)
    assert working.failing() == ["worker"]


def test_a_worker_that_gives_no_sign_any_more_is_noticed(working: Rows) -> None:
    assert working.failing(NOW + timedelta(seconds=13)) == []
    assert working.failing(NOW + timedelta(seconds=14)) == ["worker"]


def test_what_troubles_the_worker_is_counted_and_not_quoted(working: Rows) -> None:
    working.change(worker_beats, troubles_json='["node at http://user:hunter2@node does not answer"]')
    assert working.failing() == ["worker"]
    assert "hunter2" not in str(working.ready())


def test_an_index_that_falls_behind_is_noticed(working: Rows) -> None:
    working.change(worker_beats, head_block=168)
    assert working.failing() == []
    working.change(worker_beats, head_block=169)
    assert working.failing() == ["index"]


def test_the_first_difference_from_the_chain_is_an_alarm_until_it_is_gone(working: Rows) -> None:
    compare(working, "cash", 101)
    compare(working, "notes", 110, equal=False)
    assert working.failing() == ["comparison"]
    assert "notes differs at block 110" in working.ready().checks[-1].told
    compare(working, "cash", 111)
    assert working.failing() == ["comparison"]
    compare(working, "notes", 112)
    assert working.failing() == []


def test_a_store_of_another_version_is_noticed(working: Rows) -> None:
    working.change(versions, version=SCHEMA_VERSION + 1)
    assert working.failing() == ["schema"]


def test_a_database_that_does_not_answer_is_all_that_is_said(tmp_path: Path) -> None:
    database = Database(is_sqlite=True, address=str(tmp_path / "store.sqlite"))
    store = database.open()
    for file in tmp_path.iterdir():
        file.unlink()
    (tmp_path / "store.sqlite").mkdir()
    store._engine.dispose()

    seen = readiness(store, limits=LIMITS, now=NOW)
    assert [(check.name, check.passed) for check in seen.checks] == [("database", False)]
    assert "counterfoil_store_up 0.0" in metrics_of(store)
    store.close()


def metrics_of(store: Store) -> str:
    registry = CollectorRegistry()
    registry.register(ServiceMetrics(store, now=lambda: NOW))
    return generate_latest(registry).decode()


def test_metrics_count_what_the_database_has(working: Rows) -> None:
    compare(working, "cash", 101, equal=False)
    working.put(sender_lanes, address="0x1", next_nonce=2)
    for number, state in enumerate(("sent", "mined", "sent")):
        working.put(
            transactions,
            lane="0x1",
            nonce=number,
            raw_hex="",
            tx_hash=f"0x{number}",
            state=state,
            waiting_for="",
            signed_at=NOW,
            sent_count=1,
        )
    lines = metrics_of(working.store).splitlines()

    for line in (
        "counterfoil_store_up 1.0",
        "counterfoil_indexed_block 118.0",
        "counterfoil_head_block 120.0",
        "counterfoil_index_lag_blocks 2.0",
        "counterfoil_worker_beat_age_seconds 2.0",
        "counterfoil_worker_troubles 0.0",
        'counterfoil_chain_transactions{state="sent"} 2.0',
        'counterfoil_chain_transactions{state="mined"} 1.0',
        'counterfoil_chain_transactions{state="signed"} 0.0',
        'counterfoil_commands{state="received"} 0.0',
        "counterfoil_commands_waiting 0.0",
        "counterfoil_commands_waiting_oldest_seconds 0.0",
        "counterfoil_webhook_deliveries_waiting 0.0",
        'counterfoil_comparison_equal{scope="notes"} 1.0',
        'counterfoil_comparison_equal{scope="cash"} 0.0',
        'counterfoil_comparison_age_seconds{scope="cash"} 30.0',
    ):
        assert line in lines
