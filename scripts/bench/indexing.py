"""Measure how fast the store's copy of the chain is made and folded, and what memory it takes.

    python scripts/bench/indexing.py [--notes 240] [--postgresql URL] [--memory EVENTS] [--output FILE]

Each figure comes from a process of its own that has done nothing before: chain, store and read model are
cold. The chain runs in the same process, so that its part of the work is in the figures too. --postgresql
names a server on which a database may be made and dropped; without it there is no figure for PostgreSQL.
--memory feeds so many events through the same path from a node that makes them up, and measures nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from indexing_chain import NEXT_ID, SELLER_ID, deployment_in, make_chain
from indexing_stream import MovingLots
from sqlalchemy import create_engine, make_url, text
from web3 import Web3

from counterfoil.chain.contract_calls import LEDGER
from counterfoil.chain.embedded import open_embedded_chain
from counterfoil.chain.event_codec import decode_event
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.ledger_gateway import LedgerGateway
from counterfoil.domain.states import LotState
from counterfoil.store.unit_of_work import Store, open_postgresql, open_sqlite
from counterfoil.usecases.read_model import FollowingReadModel, ReadModel

ROOT = Path(__file__).resolve().parents[2]
RESULT = ROOT / "scripts" / "bench" / "results" / "indexing.json"
RUNS = 3
EVENTS_A_BLOCK = 500
MOVED_LOTS = 250
PAGE_KB = resource.getpagesize() // 1024


def open_store(address: str) -> Store:
    """The store at a PostgreSQL address or in a file."""
    return open_postgresql(address) if address.startswith("postgresql") else open_sqlite(Path(address))


def timed(work: Callable[[], object]) -> dict[str, float]:
    """Seconds by the wall's clock and of this process's time on the processors."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}


def index_once(directory: Path, address: str) -> dict[str, Any]:
    """From nothing to the newest block."""
    with open_embedded_chain(directory) as chain:
        ledger = LedgerGateway(ChainGateway(chain.web3, deployment_in(directory)))
        store = open_store(address)
        read_model = ReadModel(ledger, store)
        taken = timed(read_model.sync)
        with store.read() as work:
            events, blocks = work.chain_log.count(), work.chain_log.checkpoint().block_number + 1
        store.close()
    return {"events": events, "blocks": blocks, **taken}


def fold_once(_directory: Path, address: str) -> dict[str, Any]:
    """The start of a process that follows the store: everything stored is folded."""
    store = open_store(address)
    follower = FollowingReadModel(store, decode_event)
    taken = timed(follower.follow)
    with store.read() as work:
        events = work.chain_log.count()
    store.close()
    return {"events": events, **taken}


def stream(directory: Path, address: str, events: int) -> list[dict[str, Any]]:
    """Resident memory after each tenth of so many events."""
    with open_embedded_chain(directory) as chain:
        deployment = deployment_in(directory)
        store = open_store(address)
        first = ReadModel(LedgerGateway(ChainGateway(chain.web3, deployment)), store)
        first.sync()
        lots = [
            lot.lot_id
            for lot in first.state.lots.values()
            if lot.state is LotState.FREE and lot.holder_id == SELLER_ID
        ][:MOVED_LOTS]
        node = MovingLots(
            chain,
            deployment.contracts[LEDGER].address,
            lots=lots,
            sides=(SELLER_ID, NEXT_ID),
            blocks=events // EVENTS_A_BLOCK,
            events_a_block=EVENTS_A_BLOCK,
        )
        read_model = ReadModel(LedgerGateway(ChainGateway(Web3(node), deployment)), store)
        follower = FollowingReadModel(store, decode_event)
        base = first.block_number
        del first
        samples: list[dict[str, Any]] = []
        started = time.perf_counter()
        for tenth in range(11):
            target = base + (node.last - base) * tenth // 10
            while read_model.block_number < target:
                read_model.index_some()
                follower.follow()
            samples.append(
                {
                    "events": (read_model.block_number - base) * EVENTS_A_BLOCK,
                    "resident_mb": round(resident_mb(), 1),
                    "seconds": round(time.perf_counter() - started, 1),
                }
            )
        if read_model.state != follower.state:
            raise RuntimeError("indexer and follower differ")
        store.close()
    return samples


def resident_mb() -> float:
    """What of this process is in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * PAGE_KB / 1024


class Databases:
    """Databases that are there for one figure."""

    def __init__(self, server: str | None, directory: Path) -> None:
        self._server = server
        self._directory = directory
        self._made = 0

    def kinds(self) -> list[str]:
        """Which ones can be had."""
        return ["sqlite"] if self._server is None else ["postgresql", "sqlite"]

    def fresh(self, kind: str) -> str:
        """The address of a new one."""
        self._made += 1
        if kind == "sqlite":
            return str(self._directory / f"store-{self._made}.sqlite")
        name = f"bench_indexing_{os.getpid()}_{self._made}"
        self._administer(f"create database {name}")
        return make_url(self._server or "").set(database=name).render_as_string(hide_password=False)

    def drop(self, address: str) -> None:
        """Remove one."""
        if address.startswith("postgresql"):
            self._administer(f"drop database {make_url(address).database} with (force)")

    def version(self) -> str | None:
        """The server's own version."""
        if self._server is None:
            return None
        engine = create_engine(self._server)
        with engine.connect() as connection:
            found = str(connection.execute(text("show server_version")).scalar_one())
        engine.dispose()
        return found

    def _administer(self, statement: str) -> None:
        engine = create_engine(self._server or "", isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()


def in_new_process(phase: str, directory: Path, address: str, events: int = 0) -> Any:
    """What a phase gives in a process that has done nothing else."""
    command = [sys.executable, __file__, "--phase", phase, "--chain", str(directory)]
    command += ["--address", address, "--events", str(events)]
    found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(found.stdout)


def figures(directory: Path, databases: Databases) -> dict[str, Any]:
    """Events a second, the median of some runs, on each database."""
    results: dict[str, Any] = {}
    for kind in databases.kinds():
        indexed, folded = [], []
        for _ in range(RUNS):
            address = databases.fresh(kind)
            indexed.append(in_new_process("index", directory, address))
            folded.append(in_new_process("fold", directory, address))
            databases.drop(address)
        results[kind] = {
            "events": indexed[0]["events"],
            "blocks": indexed[0]["blocks"],
            "indexed_events_per_s": rates(indexed),
            "folded_events_per_s": rates(folded),
        }
    return results


def rates(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Of each run by the wall's clock and by processor time, and the median of either."""
    wall = sorted(round(run["events"] / run["wall_s"]) for run in runs)
    cpu = sorted(round(run["events"] / run["cpu_s"]) for run in runs)
    return {"median": wall[len(wall) // 2], "runs": wall, "median_by_processor_time": cpu[len(cpu) // 2]}


def machine() -> dict[str, Any]:
    """What it ran on."""
    return {
        "cpus": os.cpu_count(),
        "system": platform.system(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "load_average_before": round(os.getloadavg()[0], 2),
    }


def main() -> None:
    """Measure and write the result file; a phase of its own prints what it found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--notes", type=int, default=240)
    parser.add_argument("--postgresql")
    parser.add_argument("--memory", type=int, metavar="EVENTS")
    parser.add_argument("--chain", type=Path, help="where the chain is, or is made; default: thrown away")
    parser.add_argument("--output", type=Path, default=RESULT)
    parser.add_argument("--phase", choices=["index", "fold", "stream"], help=argparse.SUPPRESS)
    parser.add_argument("--address", help=argparse.SUPPRESS)
    parser.add_argument("--events", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.phase == "stream":
        print(json.dumps(stream(given.chain, given.address, given.events)))
        return
    if given.phase:
        once = index_once if given.phase == "index" else fold_once
        print(json.dumps(once(given.chain, given.address)))
        return
    with tempfile.TemporaryDirectory() as directory:
        measure(given, Path(directory))


def measure(given: argparse.Namespace, directory: Path) -> None:
    """All figures asked for, into the result file; those of the other kind stay as they are."""
    chain = given.chain or directory / "chain"
    make_chain(chain, notes=given.notes)
    databases = Databases(given.postgresql, directory)
    result = json.loads(given.output.read_text("utf-8")) if given.output.exists() else {}
    result["command"] = "python scripts/bench/indexing.py --postgresql URL"
    result["versions"] = {
        **{name: version(name) for name in ("web3", "py-evm", "sqlalchemy", "psycopg")},
        "postgresql": databases.version(),
    }
    if given.memory:
        kind = databases.kinds()[0]
        address = databases.fresh(kind)
        before = machine()
        result["memory"] = {
            "method": "indexer and follower in one process; a node that makes its blocks up; lots moved to"
            f" and fro; {EVENTS_A_BLOCK} events a block; resident memory after each tenth",
            "machine": before,
            "database": kind,
            "samples": in_new_process("stream", chain, address, given.memory),
        }
        databases.drop(address)
    else:
        result["speed"] = {
            "method": f"{RUNS} runs on each database, each in a new process on an empty database; the"
            " embedded chain in the same process; events of notes relayed through the Instructions contract,"
            " its own markers included",
            "notes": given.notes,
            "machine": machine(),
            **figures(chain, databases),
        }
    given.output.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
