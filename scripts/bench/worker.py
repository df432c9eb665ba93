"""Commands a second through the worker on the embedded chain, from accepted to done.

    python scripts/bench/worker.py [--commands 600] [--out scripts/bench/results/worker.json]

So many payments between two parties are accepted beforehand; then one worker prepares, signs, relays, indexes
and settles them. Wall and processor time of the worker's turns alone. Then single commands, one after the
other, from the row to the final state in the same process: how long one command takes when nothing else is
to do. Once with SQLite, once with PostgreSQL where COUNTERFOIL_TEST_DATABASE names a server.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "backend"), str(ROOT / "tests")]

SINGLE = 40


def measure(home: Path, commands: int, **changed: Any) -> dict[str, Any]:
    """The figures of one home."""
    from ledger_support import HALDEN, LAHN  # noqa: PLC0415 - needs the path above
    from outbox_support import accept, euros, members_of, result_of, work_off, worker_in  # noqa: PLC0415

    worker = worker_in(home, **changed)
    try:
        store = worker.ledger.store
        members = members_of(store)
        payer, payee = members[HALDEN.name], members[LAHN.name]

        def pay(place: int) -> str:
            body = {"to_party_id": payee.party_id, "amount": euros(1), "reference": f"payment {place}"}
            return accept(store, payer, "transfer_cash", body)

        # The first command of a kind is tried out, and opens keys and caches.
        pay(0)
        work_off(worker)
        given = [pay(place) for place in range(1, commands + 1)]
        wall, processor = time.perf_counter(), time.process_time()
        work_off(worker, most_turns=10_000)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        for each in given:
            result_of(store, each)
        latencies = []
        for place in range(SINGLE):
            each = pay(commands + 1 + place)
            began = time.perf_counter()
            work_off(worker)
            latencies.append(time.perf_counter() - began)
            result_of(store, each)
    finally:
        worker.close()
    return {
        "commands": commands,
        "commands_per_s": round(commands / wall, 1),
        "processor_ms_a_command": round(processor * 1000 / commands, 2),
        "single_command_ms": round(statistics.median(latencies) * 1000, 1),
        "single_command_worst_ms": round(max(latencies) * 1000, 1),
    }


def main() -> int:
    """Measure and write the result file."""
    from pydantic import SecretStr  # noqa: PLC0415

    from crash_support import copy_store  # noqa: PLC0415 - needs the path above
    from database_support import TEST_DATABASE, fresh_postgresql  # noqa: PLC0415
    from ledger_support import make_bare_home, make_traded_home  # noqa: PLC0415
    from outbox_support import make_service_home  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--commands", type=int, default=600)
    parser.add_argument("--out", type=Path, default=ROOT / "scripts" / "bench" / "results" / "worker.json")
    arguments = parser.parse_args()
    load_before = os.getloadavg()[0]
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        make_bare_home(folder / "bare")
        make_traded_home(folder / "bare", folder / "traded")
        make_service_home(folder / "traded", folder / "sqlite")
        make_service_home(folder / "traded", folder / "postgresql")
        figures["SQLite"] = measure(folder / "sqlite", arguments.commands)
        if os.environ.get(TEST_DATABASE):
            with fresh_postgresql() as database:
                copy_store(folder / "postgresql", database)
                address = SecretStr(database.address)
                figures["PostgreSQL"] = measure(folder / "postgresql", arguments.commands, database=address)
    result = {
        "measures": "commands through the worker on the embedded chain",
        "command": "python scripts/bench/worker.py",
        "method": " ".join((__doc__ or "").split("\n\n")[2].split()),
        "machine": {
            "cpus": os.cpu_count(),
            "system": platform.system(),
            "python": platform.python_version(),
            "load_before": round(load_before, 2),
        },
        "measured_on": datetime.now(UTC).date().isoformat(),
        "figures": figures,
    }
    arguments.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
