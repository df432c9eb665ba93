"""Units of work come one at a time, side by side, or only read, each as its door promises."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from counterfoil.ports.store import PartyRecord, RuleTraceRecord
from counterfoil.store.failures import StoreError
from counterfoil.store.unit_of_work import Store, open_postgresql, open_sqlite
from database_support import Database, fresh_postgresql

TRACE = RuleTraceRecord(
    operation="o", subject="s", decided_at=datetime(2026, 9, 1, tzinfo=UTC), passed=True, trace_json="[]"
)
PARTY = PartyRecord(
    party_key="a", name="A", country=None, roles=0, onboarding_hash=b"\x01" * 32, key_name="party-a"
)


def test_a_reading_keeps_its_picture_while_others_write(store: Store) -> None:
    with store.begin() as work:
        work.rule_traces.add(TRACE)
    with store.read() as reading:
        assert len(reading.rule_traces.of_subject("s")) == 1
        with store.begin() as work:
            work.rule_traces.add(TRACE)
        with store.concurrent() as work:
            work.rule_traces.add(TRACE)
        assert len(reading.rule_traces.of_subject("s")) == 1
    with store.read() as reading:
        assert len(reading.rule_traces.of_subject("s")) == 3


def test_readings_wait_for_no_writer(store: Store) -> None:
    with store.begin() as work:
        work.rule_traces.add(TRACE)
        with store.read() as reading:
            assert reading.rule_traces.of_subject("s") == ()


def test_a_reading_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError) as refused, store.read() as reading:
        reading.rule_traces.add(TRACE)
    assert refused.value.code == "StoreFailed"

    # The same connection writes again when it comes through another door.
    for door in (store.begin, store.concurrent):
        with door() as work:
            work.rule_traces.add(TRACE)
    with store.read() as reading:
        assert len(reading.rule_traces.of_subject("s")) == 2


def test_what_was_written_beside_others_is_kept_whole_or_not_at_all(store: Store) -> None:
    with store.concurrent() as work:
        work.parties.add(PARTY)

    def add_both() -> None:
        with store.concurrent() as work:
            work.rule_traces.add(TRACE)
            work.parties.add(PARTY)

    with pytest.raises(StoreError) as refused:
        add_both()
    assert refused.value.code == "StoreContradiction"

    with store.read() as reading:
        assert reading.rule_traces.of_subject("s") == ()


@pytest.mark.needs_postgresql
def test_writers_run_side_by_side_on_postgresql() -> None:
    with fresh_postgresql() as database:
        store = database.open()
        with store.begin() as alone, store.concurrent() as one, store.concurrent() as other:
            alone.rule_traces.add(TRACE)
            one.rule_traces.add(TRACE)
            other.rule_traces.add(TRACE)
        with store.read() as reading:
            assert len(reading.rule_traces.of_subject("s")) == 3
        store.close()


def test_many_threads_write_and_read_through_few_connections(database: Database) -> None:
    store = (
        open_sqlite(database.path, connections=2)
        if database.is_sqlite
        else open_postgresql(database.address, connections=2)
    )
    start = threading.Barrier(8)

    def work_through(_: int) -> None:
        start.wait()
        for _ in range(5):
            with store.concurrent() as work:
                work.rule_traces.add(TRACE)
            with store.read() as reading:
                assert reading.rule_traces.of_subject("s")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work_through, range(8)))
    with store.read() as reading:
        assert len(reading.rule_traces.of_subject("s")) == 40
    store.close()


def test_a_process_without_a_free_connection_says_so(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("counterfoil.store.engines.WAIT_S", 1)
    store = (
        open_sqlite(database.path, connections=1)
        if database.is_sqlite
        else open_postgresql(database.address, connections=1)
    )
    with store.read(), pytest.raises(StoreError) as refused, store.read():
        pass
    store.close()

    assert refused.value.code == "StoreFailed"
    assert "connections" in refused.value.message
