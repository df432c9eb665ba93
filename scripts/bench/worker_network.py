"""Commands a second through the worker on four validators, beside an earlier version of this program.

    python scripts/bench/worker_network.py [--commands 400] [--rounds 3] [--before TREE]
        [--folder FOLDER] [--out scripts/bench/results/worker_network.json]

--folder: where network and homes are made, and used again by the next run.

Four validators of Kaia on this machine, one second a block. So many payments of two parties to a third
are accepted beforehand; then one worker prepares, tries out, signs, relays, indexes and settles them,
until the last one is done. Wall time, and processor time of the worker's process. Rounds take turns
between this program, this program with one lane and one transaction at a time, and, where --before names
a tree of an earlier commit (made with git archive), that one. Ratios are medians of quotients within a
round, so that what else the machine does falls on all.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BASE_PORT = 25_551
ALONE = {"relay_lanes": 1, "relay_in_flight": 1}


def make_home(folder: Path) -> None:
    """A home of the service on the network, with parties that have cash."""
    from ledger_support import make_bare_home, make_traded_home  # noqa: PLC0415 - the path is known only now
    from outbox_support import make_service_home  # noqa: PLC0415

    make_bare_home(folder / "bare")
    make_traded_home(folder / "bare", folder / "traded")
    make_service_home(folder / "traded", folder / "service")


def measure(home: Path, commands: int, changed: dict[str, Any]) -> dict[str, float]:
    """One round of one worker."""
    from ledger_support import BANK, HALDEN, LAHN  # noqa: PLC0415 - the path is known only now
    from outbox_support import accept, euros, members_of, result_of, worker_in  # noqa: PLC0415

    worker = worker_in(home, **changed)
    try:
        store = worker.ledger.store
        members = members_of(store)
        firms = [members[firm.name] for firm in (HALDEN, BANK, LAHN)]

        def pay(place: int) -> str:
            payer, payee = firms[place % 2], firms[2]
            body = {"to_party_id": payee.party_id, "amount": euros(1), "reference": f"payment {place}"}
            return accept(store, payer, "transfer_cash", body)

        def work_off() -> None:
            while True:
                if not worker.commands.turn():
                    with store.read() as work:
                        if not work.commands.counts():
                            return
                    time.sleep(0.02)

        for place in range(4):
            pay(place)
        work_off()
        given = [pay(place) for place in range(commands)]
        wall, processor = time.perf_counter(), time.process_time()
        work_off()
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        for each in given:
            result_of(store, each)
    finally:
        worker.close()
    return {
        "commands_per_s": round(commands / wall, 1),
        "processor_ms_a_command": round(processor * 1000 / commands, 2),
    }


def in_tree(tree: Path, chain: str, task: list[str]) -> Any:
    """Let a process of its own do a task with the program of a tree."""
    environment = {**os.environ, "COUNTERFOIL_CHAIN": chain}
    done = subprocess.run(
        [sys.executable, __file__, "--tree", str(tree), "--task", *task],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


def do_task(tree: Path, task: list[str]) -> None:
    """What `in_tree` asked for."""
    sys.path[:0] = [str(tree / "backend"), str(tree / "tests")]
    if task[0] == "home":
        make_home(Path(task[1]))
        print(json.dumps(None))
    else:
        print(json.dumps(measure(Path(task[1]), int(task[2]), json.loads(task[3]))))


def rounds_of(
    arguments: argparse.Namespace, folder: Path, chain: str, first_url: str
) -> list[dict[str, Any]]:
    """All rounds, in order; each has a result of every way."""
    ways = [("now", ROOT, chain, {}), ("one_lane_one_at_a_time", ROOT, chain, ALONE)]
    if arguments.before is not None:
        # It knows one address only.
        ways.append(("before", arguments.before, first_url, {}))
    for tree, address in {(tree, address) for _, tree, address, _ in ways}:
        if not (folder / tree.name / "service").exists():
            in_tree(tree, address, ["home", str(folder / tree.name)])
    found = []
    for _ in range(arguments.rounds):
        found.append(
            {
                name: in_tree(
                    tree,
                    address,
                    [
                        "run",
                        str(folder / tree.name / "service"),
                        str(arguments.commands),
                        json.dumps(changed),
                    ],
                )
                for name, tree, address, changed in ways
            }
        )
        write_result(arguments.out, arguments.commands, found)
        print(json.dumps(found[-1]), flush=True)
    return found


def ratios(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians of the quotients within rounds."""
    others = [name for name in rounds[0] if name != "now"]
    return {
        f"now_to_{other}": {
            "commands_per_s": round(
                statistics.median(r["now"]["commands_per_s"] / r[other]["commands_per_s"] for r in rounds), 2
            ),
            "processor_time": round(
                statistics.median(
                    r["now"]["processor_ms_a_command"] / r[other]["processor_ms_a_command"] for r in rounds
                ),
                2,
            ),
        }
        for other in others
    }


def write_result(out: Path, commands: int, rounds: list[dict[str, Any]]) -> None:
    """The result file, from as many rounds as there are; written after each, so that a cut run leaves one."""
    result = {
        "measures": "commands through the worker on a network of four validators",
        "command": "python scripts/bench/worker_network.py --before TREE (git archive b746a90)",
        "method": " ".join((__doc__ or "").split("\n\n")[3].split()),
        "machine": {
            "cpus": os.cpu_count(),
            "system": platform.system(),
            "python": platform.python_version(),
            "load_after": [round(each, 1) for each in os.getloadavg()],
        },
        "measured_on": datetime.now(UTC).date().isoformat(),
        "commands_a_round": commands,
        "rounds": rounds,
        "ratios": ratios(rounds),
    }
    out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    """Measure and write the result file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--commands", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--before", type=Path)
    parser.add_argument(
        "--out", type=Path, default=ROOT / "scripts" / "bench" / "results" / "worker_network.json"
    )
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--tree", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--task", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.task:
        do_task(arguments.tree, arguments.task)
        return 0
    sys.path[:0] = [str(ROOT / "scripts" / "lib")]
    from network import Network, NetworkPlan  # noqa: PLC0415 - needs the path above

    with tempfile.TemporaryDirectory() as directory:
        folder = arguments.folder or Path(directory)
        place = folder / "network"
        network = (
            Network(place) if place.exists() else Network.create(place, NetworkPlan(base_port=BASE_PORT))
        )
        network.start()
        try:
            chain = str(folder / "network" / "network.json")
            rounds = rounds_of(arguments, folder, chain, f"http://127.0.0.1:{BASE_PORT}")
        finally:
            network.down()
    print(json.dumps(ratios(rounds), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
