"""The crash matrix: a worker is killed at a named point under load, started again, and everything is checked.

    outcome = run_point(template, point, folder)

A worker runs in a process of its own, forked from a server that has the program loaded, and ends itself by
SIGKILL when it reaches the point for the n-th time. Commands keep coming meanwhile, those of a party that
keeps its own key among them. The next worker finishes them all and is ended by SIGTERM.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import delete, func, insert, select

from counterfoil.domain.commands import CommandState
from counterfoil.entrypoints.worker.loops import Loop
from counterfoil.entrypoints.worker.process import run_worker, stop_on_signals
from counterfoil.entrypoints.worker.wiring import OpenWorker
from counterfoil.ports.outbox import OPEN_TRANSACTIONS, TransactionState
from counterfoil.settings import Settings
from counterfoil.store.engines import sqlite_engine
from counterfoil.store.schema import metadata
from counterfoil.store.unit_of_work import Store, open_sqlite
from counterfoil.usecases.books.compare_with_chain import ChainComparison
from counterfoil.usecases.lots.split_lot import SplitPart, split_lot
from counterfoil.usecases.notes.confirm_note import confirm_note
from counterfoil.usecases.notes.mark_matured import mark_matured
from counterfoil.usecases.notes.propose_note import propose_note
from counterfoil.usecases.outbox.fault_points import (
    BATCH_STORED,
    BEFORE_EXPIRE,
    BEFORE_RECOVERY,
    BEFORE_VOID,
    BROADCAST_DONE,
    EXPIRED,
    OF_SENDER,
    PREPARED,
    RECEIPT_STORED,
    RECOVERED,
    SETTLED,
    VOIDED,
)
from database_support import Database
from ledger_support import BANK, DAY_S, HALDEN, LAHN, PASSPHRASE, ledger_in, settings_of
from outbox_support import (
    KEEPER,
    OPERATOR,
    Member,
    accept,
    command,
    euros,
    make_service_home,
    members_of,
    sign_waiting,
    until,
    worker_in,
)

OF_INDEXER = ("index.before_commit", "index.after_commit")
POINTS = (*OF_SENDER, *OF_INDEXER)
ON_POSTGRESQL = (PREPARED, BATCH_STORED, BROADCAST_DONE, SETTLED, *OF_INDEXER)
# Nothing is open when a worker starts on a fresh home: these two are met after a first crash in mid-sending.
_AFTER_A_CRASH = {BEFORE_RECOVERY: BATCH_STORED, RECOVERED: BROADCAST_DONE}
# Met once a load, or at the first commands only.
_FIRST_TIME = frozenset({BEFORE_VOID, VOIDED, BEFORE_EXPIRE, EXPIRED, RECEIPT_STORED})
_QUEUED, _FED = 10, 10
_FIRST_AMOUNT = 1_001
_SETTLED_IN = 3
_CONFIRMATIONS = 6
_FEW_LOTS = 2
_SMALL_BATCH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PointOutcome:
    """What became of one kill. states: how many commands ended how."""

    point: str
    database: str
    kills: int
    states: dict[str, int]
    transactions: int
    seconds: float

    def as_row(self) -> dict[str, Any]:
        """For the report."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Load:
    """The commands of one run by what they should come to."""

    done: tuple[str, ...]
    refused: tuple[str, ...]
    expired: tuple[str, ...]
    notes: int

    @property
    def all(self) -> tuple[str, ...]:
        """Every one of them."""
        return self.done + self.refused + self.expired


def make_template(traded: Path, home: Path) -> Path:
    """A home of the service with a matured note in six lots, to be copied for each point."""
    make_service_home(traded, home, invoices=_QUEUED + _FED)
    with ledger_in(home) as ledger:
        bench = ledger.bench
        maturity = bench.now() + timedelta(days=2)
        propose_note(bench, actor=LAHN.key, invoices=["RE-2026-0042"], maturity_at=maturity)
        confirm_note(bench, actor=HALDEN.key, note_id=1)
        parts = [SplitPart(amount_minor=10_000, party=BANK.key, reference=f"P{each}") for each in range(5)]
        split_lot(bench, actor=LAHN.key, lot="1/0/0", parts=[*parts, SplitPart(amount_minor=None)])
        ledger.advance_time(3 * DAY_S)
        mark_matured(bench, actor=HALDEN.key, note_id=1)
    return home


def run_point(
    template: Path,
    point: str,
    home: Path,
    *,
    earlier: tuple[str, ...] = (),
    postgresql: Database | None = None,
) -> PointOutcome:
    """Kill a worker at the point under load, start again, and hold what is left against what must be.

    home: where the template's copy goes. earlier: where workers before it are killed, in order. Raises
    AssertionError with what does not hold.
    """
    started = time.monotonic()
    shutil.copytree(template, home)
    settings = _settings(home, postgresql)
    if postgresql is not None:
        copy_store(template, postgresql)
    mines = point == RECEIPT_STORED
    store = _open(settings, postgresql)
    kills = 0
    try:
        load = queue_load(store)
        feeder = threading.Event()
        fed: list[str] = []
        feeding = threading.Thread(target=_feed, args=(store, settings, feeder, fed))
        feeding.start()
        try:
            for each in (*earlier, *filter(None, [_AFTER_A_CRASH.get(point)])):
                kills += _killed(settings, each, 1, mines=mines)
            count = 1 if point in _FIRST_TIME or point in _AFTER_A_CRASH else 2
            kills += _killed(settings, point, count, mines=mines)
            ended = _until_finished(store, settings, load, fed, feeder, mines=mines)
        finally:
            feeder.set()
            feeding.join()
        assert ended == 0, f"the last worker ended with {ended}"
        states = check_load(store, load, fed)
    finally:
        store.close()
    transactions = check_chain(settings, load, fed)
    return PointOutcome(
        point=point,
        database="SQLite" if postgresql is None else "PostgreSQL",
        kills=kills,
        states=states,
        transactions=transactions,
        seconds=round(time.monotonic() - started, 1),
    )


# -- the load --


def queue_load(store: Store) -> Load:
    """What is there before the worker starts: every kind of command, and every kind of end."""
    members = members_of(store)
    bank, halden, lahn = members[BANK.name], members[HALDEN.name], members[LAHN.name]
    done = [accept(store, halden, "settle_note", {"note_id": 1})]
    # Its shape of instruction is known to nobody yet, so it is tried out, refused, and never sent.
    broke = accept(store, lahn, "redeem_cash", {"amount": euros(900_000_000), "account": "DE0"})
    for place in range(_QUEUED):
        done.append(_give(store, members, place))
    done.append(accept(store, members[OPERATOR], "issue_cash", _issue(bank), office="bank"))
    late = accept(store, members[KEEPER.name], "transfer_cash", _pay(lahn, 77), lifetime=timedelta(0))
    refused = (broke, accept(store, lahn, "confirm_note", {"note_id": 4711}))
    return Load(tuple(done), refused, (late,), notes=1)


def _give(store: Store, members: dict[str, Member], place: int) -> str:
    """One more command: payments of distinct amounts, and notes."""
    lahn = members[LAHN.name]
    if place % 4 == 3:
        return accept(store, lahn, "propose_note", {"invoices": [{"invoice": f"INV-{place}"}]})
    payer = (HALDEN, BANK, KEEPER)[place % 4]
    return accept(store, members[payer.name], "transfer_cash", _pay(lahn, _FIRST_AMOUNT + place))


def _pay(to: Member, minor: int) -> dict[str, Any]:
    return {"to_party_id": to.party_id, "amount": euros(minor), "reference": f"payment of {minor}"}


def _issue(to: Member) -> dict[str, Any]:
    return {"to_party_id": to.party_id, "amount": euros(5_000), "deposit": "deposit under load"}


def _feed(store: Store, settings: Settings, stop: threading.Event, fed: list[str]) -> None:
    """Go on giving commands and signatures while workers come and go."""
    members = members_of(store)
    for place in range(_QUEUED, _QUEUED + _FED):
        fed.append(_give(store, members, place))
        sign_waiting(store, settings)
        stop.wait(0.02)
    while not stop.wait(0.05):
        sign_waiting(store, settings)


# -- workers --


def _context() -> ForkServerContext:
    """Workers are forked from a server that has the program loaded, which takes seconds each time."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    # Python 3.11's server looks for what it loads along the environment's path only.
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
    return context


def _start(settings: Settings, point: str, count: int, *, mines: bool) -> BaseProcess:
    started = _context().Process(
        target=worker_process,
        args=(str(settings.home), _address(settings), point, count, mines),
        daemon=True,
    )
    started.start()
    return started


def worker_process(home: str, database: str, point: str, count: int, mines: bool) -> None:
    """Run a worker that kills itself when it meets the point for the `count`-th time; "" for never."""
    left = [count]

    def at(met: str) -> None:
        if met == point:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    settings = settings_of(Path(home)).model_copy(
        update={
            "settlement_lots_per_call": _FEW_LOTS,
            "relay_batch": _SMALL_BATCH,
            "database": SecretStr(database) if database else None,
            "confirmations": _CONFIRMATIONS if mines else 0,
        }
    )

    def more(worker: OpenWorker) -> list[Loop]:
        if not mines:
            return []

        def mine() -> bool:
            # Blocks of others: without them none comes on top of ours.
            worker.ledger._chain.advance_time(1)
            return False

        return [Loop(name="mine", turn=mine, longest_pause_s=0.05)]

    run_worker(settings, passphrase=lambda _: PASSPHRASE, stop=stop_on_signals(), more_loops=more, at=at)


def _killed(settings: Settings, point: str, count: int, *, mines: bool) -> int:
    process = _start(settings, point, count, mines=mines)
    process.join(60)
    code = process.exitcode
    if code is None:
        process.kill()
    assert code == -signal.SIGKILL, f"{point} was not reached {count} time(s): the worker's end was {code}"
    return 1


def _until_finished(
    store: Store,
    settings: Settings,
    load: Load,
    fed: list[str],
    feeder: threading.Event,
    *,
    mines: bool,
) -> int | None:
    began = datetime.now(UTC)
    process = _start(settings, "", 0, mines=mines)

    def finished() -> bool:
        if len(fed) < _FED:
            return False
        with store.read() as work:
            beat = work.outbox.last_beat()
            if beat is None or beat.started_at < began:
                return False
            return all(each.state.is_final for each in work.commands.by_ids([*load.all, *fed]))

    try:
        until(lambda: finished() or not process.is_alive())
    finally:
        feeder.set()
        process.terminate()
        process.join(20)
        code = process.exitcode
        process.kill()
    return code


# -- what must hold --


def check_load(store: Store, load: Load, fed: list[str]) -> dict[str, int]:
    """Every accepted command has come to the end that it must come to."""
    wanted = {
        CommandState.DONE: (*load.done, *fed),
        CommandState.REFUSED: load.refused,
        CommandState.EXPIRED: load.expired,
    }
    counted: Counter[str] = Counter()
    for state, ids in wanted.items():
        for command_id in ids:
            found = command(store, command_id)
            assert found.state is state, (found.operation, found.state, found.waiting_for, found.problem_json)
            counted[found.state.value] += 1
    with store.read() as work:
        assert work.commands.counts() == {}
        assert work.outbox.transactions(OPEN_TRANSACTIONS) == ()
    return dict(counted)


def check_chain(settings: Settings, load: Load, fed: list[str]) -> int:
    """Each effect is on the chain exactly once, and store and read model say what the chain says."""
    worker = worker_in(
        settings.home, **({} if settings.database is None else {"database": settings.database})
    )
    try:
        bench = worker.ledger.bench
        bench.read_model.sync()
        state, block = bench.read_model.state, bench.read_model.block_number
        for comparison in ChainComparison(bench.ledger, state, block).run():
            assert comparison.differences == (), comparison
        records = tuple(worker.ledger.gateway.events())
        amounts = Counter(each.args["amount_minor"] for each in records if each.event == "CashMoved")
        paid = [_FIRST_AMOUNT + place for place in range(_QUEUED + _FED) if place % 4 != 3]
        assert {minor: amounts[minor] for minor in paid} == dict.fromkeys(paid, 1)
        events = Counter(record.event for record in records)
        assert events["NoteProposed"] == load.notes + sum(place % 4 == 3 for place in range(_QUEUED + _FED))
        assert (events["PaymentApplied"], events["NoteSettled"]) == (_SETTLED_IN, 1)
        deposits = Counter(each.args["amount_minor"] for each in records if each.event == "CashIssued")
        assert deposits[5_000] == 1
        executed = events["InstructionExecuted"]
        assert executed == len(load.done) + len(fed) + _SETTLED_IN - 1
        with worker.ledger.store.read() as work:
            assert work.chain_log.count() == sum(events.values())
        return _check_lane(worker)
    finally:
        worker.close()


def _check_lane(worker: OpenWorker) -> int:
    """The lane's nonces are those of the chain, each has one transaction, and all of these are final."""
    (lane,) = worker.desk.lanes
    with worker.ledger.store.read() as work:
        following = work.outbox.next_nonce(lane.address)
        kept = work.outbox.transactions(tuple(TransactionState))
    assert following == worker.desk.relay.next_nonce(lane.address, pending=False)
    assert [each.nonce for each in kept] == list(range(len(kept)))
    assert len(kept) == following
    assert {each.state for each in kept} == {TransactionState.FINAL}
    return len(kept)


# -- homes --


def _settings(home: Path, postgresql: Database | None) -> Settings:
    settings = settings_of(home)
    if postgresql is None:
        return settings
    return settings.model_copy(update={"database": SecretStr(postgresql.address)})


def _address(settings: Settings) -> str:
    return "" if settings.database is None else settings.database.get_secret_value()


def _open(settings: Settings, postgresql: Database | None) -> Store:
    return open_sqlite(settings.store_path) if postgresql is None else postgresql.open()


def copy_store(template: Path, postgresql: Database) -> None:
    """Put what the template's SQLite store has into an empty PostgreSQL database."""
    postgresql.open().close()
    source, target = sqlite_engine(settings_of(template).store_path), postgresql.engine()
    try:
        with source.begin() as reading, target.begin() as writing:
            for table in reversed(metadata.sorted_tables):
                writing.execute(delete(table))
            for table in metadata.sorted_tables:
                rows = [dict(row) for row in reading.execute(select(table)).mappings()]
                if rows:
                    writing.execute(insert(table), rows)
                counted = table.autoincrement_column
                if rows and counted is not None and counted.name in rows[0]:
                    highest = max(row[counted.name] for row in rows)
                    writing.execute(
                        select(func.setval(func.pg_get_serial_sequence(table.name, counted.name), highest))
                    )
    finally:
        source.dispose()
        target.dispose()
