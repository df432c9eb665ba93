"""Compare engines on one machine in one run, and write the result file.

    python scripts/bench/engines/compare.py --network DIR/network.json:CONTROL... [--rounds 3] [--output FILE]

CONTROL is the command that takes `kill N` and `start N` for the network before it. Loads take turns between
the networks, so that whatever else the machine does hits all alike; idle networks stay up and cost little.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from behaviour import eth_behaviour
from faults import kill_all, kill_one, kill_two
from loads import Load, Splits, Transfers, latency, saturate
from networks import Network, machine_load
from proofs import offline_checks

METHOD = (
    "Four validators of each engine on loopback on one machine, one second between blocks, zero fees, each "
    "with its own folder, keys and process. Both networks stay up the whole time. Loads take turns, round by "
    "round; the median of the rounds counts. Everything is signed before the clock starts. A load goes to "
    "all four validators in JSON-RPC batches of at most 100, each lane to one validator in nonce order, with "
    "at most 3,000 that are taken and not yet in a block. A transaction counts when it is in a block that "
    "the first validator has and its receipt says success. Processor time is the processes' own, user and "
    "system. The machine was shared with other work: the load average beside each round says how much, and "
    "processor time and ratios say more than rates."
)


def idle(network: Network, *, seconds: float) -> dict[str, Any]:
    """Memory and processor time of a node with empty blocks, and the time between blocks."""
    before, cpu = network.first.height(), network.cpu_s()
    started = time.monotonic()
    time.sleep(seconds)
    passed, made = time.monotonic() - started, network.first.height() - before
    heads = network.first.batch(
        [("eth_getBlockByNumber", [hex(number), False]) for number in range(before, before + made + 1)]
    )
    span = int(heads[-1]["timestamp"], 16) - int(heads[0]["timestamp"], 16)
    return {
        "resident_mib": [round(each.resident_mib()) for each in network.validators],
        "cpu_percent_per_node": round(100 * (network.cpu_s() - cpu) / passed / len(network.validators), 2),
        "seconds_between_blocks": round(passed / max(made, 1), 3),
        "seconds_between_timestamps": round(span / max(made, 1), 3),
    }


def say(words: str) -> None:
    """Progress, for whoever waits."""
    print(f"{datetime.now(UTC):%H:%M:%S} {words}", file=sys.stderr, flush=True)


class Contest:
    """The networks, what was found out about each, and progress on standard error."""

    def __init__(self, networks: Sequence[Network], output: Path) -> None:
        self.networks = networks
        self._output = output
        self._began, self._busy = datetime.now(UTC), machine_load()
        self.found: dict[str, dict[str, Any]] = {
            each.engine: {"version": each.version, "block_period_ms": each.block_period_ms}
            for each in networks
        }

    def each(self, part: str, work: Callable[[Network], Any]) -> None:
        """Do a part for one network after the other."""
        for network in self.networks:
            say(f"{network.engine}: {part}")
            self.found[network.engine][part] = work(network)
            self.write()

    def rounds(self, part: str, count: int, work: Callable[[Network], dict[str, Any]]) -> None:
        """The same in turns; keeps every round, with the machine's load when it began."""
        for turn in range(count):
            for network in self.networks:
                say(f"{network.engine}: {part}, {turn + 1}")
                busy = machine_load()
                reading = {"machine_load": busy, **work(network)}
                self.found[network.engine].setdefault(part, {"rounds": []})["rounds"].append(reading)
                say(f"{reading['transactions_per_s']} transactions a second, load {busy}")
                self._sum_up(network, part)

    def _sum_up(self, network: Network, part: str) -> None:
        kept = self.found[network.engine][part]
        for field in (
            "transactions_per_s",
            "sustained_transactions_per_s",
            "records_per_s",
            "cpu_ms_per_transaction",
        ):
            values = [each[field] for each in kept["rounds"] if each.get(field) is not None]
            kept[f"median_{field}"] = round(statistics.median(values), 2) if values else None
        self.write()

    def write(self) -> None:
        """Put what is known into the result file, beside the parts that an earlier run left there."""
        result = json.loads(self._output.read_text(encoding="utf-8")) if self._output.exists() else {}
        result.update(
            measures="the engines that were candidates, side by side",
            command="python scripts/bench/engines/compare.py",
            method=METHOD,
            machine={
                "cpus": os.cpu_count(),
                "system": platform.system(),
                "python": platform.python_version(),
                "web3": version("web3"),
            },
            measured_at=f"{self._began:%Y-%m-%dT%H:%MZ} to {datetime.now(UTC):%H:%MZ}",
            machine_load={"at_the_start": self._busy, "at_the_end": machine_load()},
        )
        engines = result.setdefault("engines", {})
        for engine, found in self.found.items():
            engines.setdefault(engine, {}).update(found)
        self._output.parent.mkdir(parents=True, exist_ok=True)
        self._output.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def loads(contest: Contest, *, rounds: int, transfers: int, splits: int) -> None:
    """The yardstick and our own ledger's splits, each prepared just before it is sent."""
    tokens = {each.engine: Transfers(each, lane_count=40) for each in contest.networks}
    contest.rounds(
        "erc20_transfers",
        rounds,
        lambda network: saturate(network, tokens[network.engine].load(transfers // 40)),
    )
    ledgers = {each.engine: Splits(each, sellers=8) for each in contest.networks}
    for network in contest.networks:
        deployed = ledgers[network.engine]
        contest.found[network.engine]["deployment_of_our_contracts"] = {
            "transactions": len(deployed.deployed.receipts),
            "gas": deployed.deployed.gas_used,
            "seconds": deployed.deployment_s,
        }

    def split(name: str, each_lane: int, children: int) -> Callable[[Network], dict[str, Any]]:
        def work(network: Network) -> dict[str, Any]:
            load: Load = ledgers[network.engine].load(name, each_lane=each_lane, children=children)
            return saturate(network, load)

        return work

    contest.rounds("splits_in_two", rounds, split("splits in two", splits, 2))
    contest.rounds("splits_in_100", rounds, split("splits in 100", max(splits // 8, 4), 100))
    for network in contest.networks:
        rpc = network.first
        height = rpc.height()
        number = next(
            each
            for each in range(height, 0, -1)
            if int(rpc.ask("eth_getBlockTransactionCountByNumber", hex(each)), 16) >= 2
        )
        ledger = ledgers[network.engine].ledger
        contest.found[network.engine]["verified_offline"] = offline_checks(network, number, ledger)


def networks_of(words: Sequence[str]) -> list[Network]:
    found = []
    for word in words:
        descriptor, _, control = word.partition(":")
        found.append(Network.read(Path(descriptor), shlex.split(control)))
    return found


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--network", action="append", required=True, metavar="DESCRIPTOR:CONTROL")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--transfers", type=int, default=12_000)
    parser.add_argument(
        "--splits", type=int, default=250, help="splits in two by each of eight sellers a round"
    )
    parser.add_argument("--samples", type=int, default=40)
    parser.add_argument("--idle-s", type=float, default=60)
    parser.add_argument("--parts", default="idle,behaviour,latency,loads,faults")
    parser.add_argument("--output", type=Path, default=Path("scripts/bench/results/engines.json"))
    chosen = parser.parse_args(arguments)
    parts = chosen.parts.split(",")
    contest = Contest(networks_of(chosen.network), chosen.output)
    if "idle" in parts:
        contest.each("idle", lambda network: idle(network, seconds=chosen.idle_s))
    if "behaviour" in parts:
        contest.each("eth_behaviour", eth_behaviour)
    if "latency" in parts:
        contest.each("latency", lambda network: latency(network, samples=chosen.samples))
    if "loads" in parts:
        loads(contest, rounds=chosen.rounds, transfers=chosen.transfers, splits=chosen.splits)
    if "faults" in parts:
        contest.each("killed_one_of_four", kill_one)
        contest.each("killed_two_of_four", kill_two)
        contest.each("killed_all_four", kill_all)
    contest.write()
    print(chosen.output)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
