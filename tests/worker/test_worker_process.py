"""The whole worker: it starts, gives signs of life, works on what comes, and ends when it is told to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from counterfoil.domain.commands import CommandState
from counterfoil.domain.errors import CounterfoilError
from counterfoil.entrypoints.worker.loops import Loop
from counterfoil.entrypoints.worker.process import run_worker
from counterfoil.store.unit_of_work import Store, open_sqlite
from ledger_support import HALDEN, LAHN, PASSPHRASE, make_bare_home, make_traded_home, settings_of
from outbox_support import (
    accept,
    command,
    euros,
    make_service_home,
    members_of,
    result_of,
    until,
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("worker")
    make_bare_home(folder / "bare")
    make_traded_home(folder / "bare", folder / "traded")
    make_service_home(folder / "traded", folder / "service")
    return folder / "service"


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    opened = open_sqlite(settings_of(home).store_path)
    yield opened
    opened.close()


@contextmanager
def running(home: Path, **more: object) -> Iterator[list[BaseException]]:
    """The worker in a thread; what ended it by itself, if something did."""
    stop, ended = threading.Event(), list[BaseException]()

    def run() -> None:
        try:
            run_worker(settings_of(home), passphrase=lambda _: PASSPHRASE, stop=stop, **more)  # type: ignore[arg-type] # handed through
        except CounterfoilError as failed:
            ended.append(failed)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield ended
    finally:
        stop.set()
        thread.join(60)
    assert not thread.is_alive()


def test_the_worker_finishes_what_comes_and_ends_when_told(home: Path, store: Store) -> None:
    members = members_of(store)
    began = datetime.now(UTC)
    body = {"to_party_id": members[LAHN.name].party_id, "amount": euros(5), "reference": "first"}
    waiting = accept(store, members[HALDEN.name], "transfer_cash", body)
    with running(home) as ended:

        def is_done(command_id: str) -> bool:
            return command(store, command_id).state is CommandState.DONE

        until(lambda: is_done(waiting))
        coming = accept(store, members[HALDEN.name], "transfer_cash", {**body, "reference": "second"})
        until(lambda: is_done(coming))

        def has_beaten() -> bool:
            with store.read() as work:
                beat = work.outbox.last_beat()
            return (
                beat is not None
                and beat.beat_at > began
                and beat.indexed_block == beat.head_block >= result_of(store, coming)["block_number"]
            )

        until(has_beaten)
        until(lambda: bool(_comparisons(store)))
    assert ended == []
    with store.read() as work:
        beat = work.outbox.last_beat()
    assert beat is not None
    assert beat.troubles == ()
    assert all(each.equal for each in _comparisons(store))


def _comparisons(store: Store) -> tuple[object, ...]:
    with store.read() as work:
        return tuple(work.comparisons.all())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_worker_in_which_a_loop_broke_says_so_and_ends(home: Path) -> None:
    def broken() -> bool:
        raise ZeroDivisionError("a defect")

    def more(_worker: object) -> list[Loop]:
        return [Loop(name="broken", turn=broken, longest_pause_s=0.1)]

    with running(home, more_loops=more) as ended:
        until(lambda: bool(ended))
    (told,) = ended
    assert isinstance(told, CounterfoilError)
    assert (told.code, told.facts) == ("WorkerEnded", {"loops": "broken"})


def test_a_second_worker_of_a_home_is_refused(home: Path) -> None:
    with running(home) as first:
        with running(home) as second:
            until(lambda: bool(second) or bool(first))
        assert [getattr(each, "code", "") for each in (*first, *second)] == ["ChainLocked"]
