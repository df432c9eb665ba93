"""Measures the network under a trade finance load and writes the result file; scripts/bench/network starts
it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from network.network import Network
from network.plan import NetworkPlan

from network_load import phases
from network_load.checks import compare
from network_load.mix import LARGER_NOTES
from network_load.parties import Cast
from network_load.processes import Watch, disk_bytes
from network_load.profile import Profile, listen
from network_load.report import Report
from network_load.stage import Stage

ROOT = Path(__file__).resolve().parents[3]
RESULTS = ROOT / "scripts" / "bench" / "results"
FEW_LOTS, MANY_LOTS = 10_000, 1_000_000
_PROFILE_S = 20
Phase = Callable[[str, Callable[[], dict[str, Any]]], dict[str, Any]]
"""Runs a piece of the measurement under a name and notes what it found."""


def arguments_of(given: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench/network", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="sustained load, measured")
    parser.add_argument("--warm-up", type=float, default=60.0, help="before each load, at most")
    parser.add_argument("--phase-seconds", type=float, default=90.0, help="every other load, measured")
    parser.add_argument("--steady-notes", type=float, help="notes a second of the steady loads")
    parser.add_argument("--at-work", type=int, default=40, help="notes at a time under sustained load")
    parser.add_argument("--tenor", type=int, default=45, help="seconds from a note's opening to its maturity")
    parser.add_argument("--few-lots", type=int, default=FEW_LOTS, help="live lots of the first steady load")
    parser.add_argument("--many-lots", type=int, default=MANY_LOTS, help="live lots of the second, 0: none")
    parser.add_argument(
        "--quick", action="store_true", help="no steady loads and no second number of lots: for trying out"
    )
    parser.add_argument(
        "--growth", action="store_true", help="the steady loads alone, with few live lots and with many"
    )
    parser.add_argument("--suppliers", type=int, default=240)
    parser.add_argument("--dir", type=Path, help="the network's folder, kept; a temporary one otherwise")
    parser.add_argument("--base-port", type=int, default=23551)
    parser.add_argument("--execution-limit-ms", type=int, default=None)
    parser.add_argument("--block-period-ms", type=int, default=None)
    parser.add_argument("--out", type=Path, help="the result file, one of scripts/bench/results otherwise")
    chosen = parser.parse_args(given)
    if chosen.out is None:
        chosen.out = RESULTS / ("network_growth.json" if chosen.growth else "network.json")
    return chosen


def main(given: list[str] | None = None) -> int:
    """Measure, write the result file; 1 where anything acknowledged is not on the chain as it should be."""
    chosen = arguments_of(given)
    changed = {
        name: value
        for name in ("execution_limit_ms", "block_period_ms")
        if (value := getattr(chosen, name)) is not None
    }
    plan = NetworkPlan(base_port=chosen.base_port, **changed)
    with tempfile.TemporaryDirectory() as scratch:
        network = Network.create(chosen.dir or Path(scratch) / "network", plan)
        listen(network)
        try:
            network.start()
            result = measure(network, chosen, Profile(network, Path(scratch), seconds=_PROFILE_S))
        finally:
            network.down()
    say(f"written: {chosen.out}")
    return 1 if unsound(result) else 0


def say(sentence: str) -> None:
    """One line on what happens, with the time."""
    print(f"{datetime.now(UTC):%H:%M:%S} {sentence}", file=sys.stderr, flush=True)


def unsound(result: dict[str, Any]) -> list[str]:
    """What must not be: phases with failures, and differences between chain and book."""
    found = [
        f"{name}: {phase['failures']} failures"
        for name, phase in result["phases"].items()
        if phase.get("failures") or phase.get("balances_unlike")
    ]
    if result["checked_on_chain"]["unlike"]:
        found.append(f"chain and book differ in {result['checked_on_chain']['unlike']} places")
    return found


def measure(network: Network, chosen: argparse.Namespace, profile: Profile) -> dict[str, Any]:
    """All phases on a running, empty network."""
    pids = {member.name: pid for member in network.members if (pid := network.pid(member.index)) is not None}
    report = Report(network, arguments=vars(chosen), validators=len(pids))

    def phase(name: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        say(name)
        load_before = os.getloadavg()[0]
        found = {"load_average_before": round(load_before, 2), **work()}
        report.phases[name] = found
        shown = {key: found.get(key) for key in ("operations_a_second", "latency_ms", "failures", "unlike")}
        say(f"{name}: {shown}")
        # What was measured is kept, whatever comes.
        report.write(chosen.out)
        return found

    with Watch(pids) as watch:
        say("setting up")
        stage = Stage(network.descriptor, cast=Cast(suppliers=chosen.suppliers), watch=watch)
        phase("few live lots", lambda: phases.fill(stage, chosen.few_lots))
        _loads(stage, chosen, phase, lambda: report.disk.append(disk_bytes(network.root)), profile)
        report.profile = profile.shares()
        report.compared = phase("comparison", lambda: compare_now(stage))
        del report.phases["comparison"]
    report.write(chosen.out)
    return report.as_json()


def compare_now(stage: Stage) -> dict[str, Any]:
    """The book against the chain's newest block."""
    block = stage.web3.eth.block_number
    compared = compare(stage.nodes[0], stage.book, cast=stage.cast, addresses=stage.addresses, block=block)
    return {"block": block, **compared.as_json()}


def _loads(
    stage: Stage,
    chosen: argparse.Namespace,
    phase: Phase,
    weigh: Callable[[], None],
    profile: Profile,
) -> None:
    """The loads, in an order that compares like with like: few live lots first, many last."""
    short = chosen.phase_seconds
    hard = phases.Load(at_work=chosen.at_work, tenor_s=chosen.tenor)
    if chosen.growth:
        _steady_loads(stage, chosen, phase, chosen.steady_notes or 1.0)
        return
    weigh()
    profile.fetch_after(max(chosen.warm_up, chosen.tenor + 10) + chosen.seconds / 2)
    sustained = phase(
        "sustained", lambda: phases.mixed(stage, hard, warm_up_s=chosen.warm_up, seconds=chosen.seconds)
    )
    weigh()
    if not (chosen.quick or chosen.many_lots):
        phase("steady, few live lots", _steady(stage, chosen, sustained["notes_begun_a_second"] / 2))
    single = partial(
        phases.single_records,
        stage,
        at_work=20 * chosen.at_work,
        warm_up_s=chosen.warm_up / 3,
        seconds=short,
    )
    phase("single records, sent by parties", partial(single, relayed=False))
    phase("single records, relayed", partial(single, relayed=True))
    phase(
        "plain transfers",
        lambda: phases.plain_transfers(
            stage, at_work=chosen.suppliers, warm_up_s=chosen.warm_up / 3, seconds=short
        ),
    )
    if not chosen.quick:
        phase(
            "larger notes",
            lambda: phases.mixed(stage, hard, warm_up_s=chosen.warm_up, seconds=short, mix=LARGER_NOTES),
        )
    if not chosen.quick and chosen.many_lots:
        _steady_loads(stage, chosen, phase, sustained["notes_begun_a_second"] / 2)


def _steady(stage: Stage, chosen: argparse.Namespace, notes_a_second: float) -> Callable[[], dict[str, Any]]:
    return partial(
        phases.steady,
        stage,
        stories_a_second=chosen.steady_notes or notes_a_second,
        tenor_s=chosen.tenor,
        warm_up_s=chosen.warm_up,
        seconds=chosen.phase_seconds,
    )


def _steady_loads(stage: Stage, chosen: argparse.Namespace, phase: Phase, notes_a_second: float) -> None:
    """The same load before and after the ledger is filled with live lots."""
    steady = _steady(stage, chosen, notes_a_second)
    phase("steady, few live lots", steady)
    phase("many live lots", lambda: phases.fill(stage, chosen.many_lots))
    phase("steady, many live lots", steady)


if __name__ == "__main__":
    sys.exit(main())
