"""Writes docs/figures/README.md from the committed result files: each figure asked for, and its command."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from network_page import asked_and_found
from network_page import result as network_result

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "figures" / "README.md"
RESULTS = ROOT / "scripts" / "bench" / "results"
GAS_COMMAND = "scripts/bench/gas/measure"
NETWORK_COMMAND = "scripts/bench/network"
HEAD = """# Figures

Every figure, what it should be, and the command that gives it. The result files in
`scripts/bench/results/` say machine, versions and method. Gas is exact and a snapshot; what depends on the
machine was measured on two shared cores, so read the ratios first. `scripts/build_docs` writes
this page from those files.

| figure | measured | target | command |
|---|--:|--:|---|
"""
TAIL = """
[gas.md](gas.md) has all gas figures beside the peers', [rule_checks.md](rule_checks.md) what each rule
check costs, [crash_matrix.md](crash_matrix.md) every kill of the worker,
[network_faults.md](network_faults.md) every fault of the network, and [network.md](network.md) what four
validators carried, by kind of operation, and what bounds it. Decision records 3 to 16 say how
the figures came about and what was tried for a missed one.
"""
GAS_ROWS = (
    "propose and confirm over 1 invoice(s)",
    "split in two",
    "split a lot of a split in two",
    "split to 100 new holders",
    "split to 500 new holders",
    "transfer an undivided note",
    "transfer a whole lot",
    "settle with 100 holders",
    "settle with 500 holders",
    "draft, attest and issue with 1 lot",
    "10 further lots of a receipt",
    "transfer a receipt",
    "pledge a receipt",
    "release a receipt",
    "transfer an undivided note, by instruction",
    "transfer undivided notes, 50 instructions in a batch",
    "propose and confirm over 1 invoice(s), 50 instructions in a batch",
)


def figures_page() -> str:
    """The whole page."""
    rows = [*_gas(_result("gas")), *_ingest(_result("ingest")), *_demo(_result("demo"))]
    rows += _embedded(_result("embedded"))
    rows += _lien_matching(_result("lien_matching"))
    rows += _service(_result("service"))
    rows += _indexing(_result("indexing"))
    rows += _crash_matrix(_result("crash_matrix"))
    rows += _network_faults(_result("network_faults"))
    rows += [(*row, NETWORK_COMMAND) for row in asked_and_found(network_result())]
    lines = (f"| {name} | {value} | {target} | `{command}` |\n" for name, value, target, command in rows)
    return HEAD + "".join(lines) + TAIL


def _result(name: str) -> dict[str, Any]:
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def _gas(result: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    ours = {row["operation"]: row for row in result["readings"] if row["system"] == "Counterfoil"}
    rows = []
    for name in GAS_ROWS:
        row = ours[name]
        most = row.get("target_per_record")
        each = ", each" if row["records"] > 1 else ""
        value = f"{row['gas_per_record']:,} gas"
        missed = most is not None and row["gas_per_record"] > most
        target = "" if most is None else f"at most {most:,}" + (" **missed**" if missed else "")
        rows.append((f"{name}{each}", value, target, GAS_COMMAND))
    return rows


def _ingest(result: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    command = result["command"]
    speed = result["ubl"]["read_per_cpu_second"]["median"]
    memory = result["memory"]
    growth = f"{memory['growth_kib'] / 1024:.1f} MiB more after 9,000 further files"
    return [
        ("UBL files read and checked a second, one core", f"{speed:,}", "at least 300", command),
        ("memory over 10,000 files", growth, "flat", command),
    ]


def _demo(result: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    command = result["command"]
    later = result["later_runs_s"]
    return [
        ("demo, first run in a clean clone", f"{result['first_run_s']} s", "within 180 s", command),
        ("demo, later runs", f"{later['median']} s ({later['worst']} s at worst)", "within 40 s", command),
        ("demo, peak memory of a process", f"{result['peak_memory_mib']} MiB", "", command),
    ]


def _embedded(result: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    command = result["command"]
    plain, contract = result["plain_transactions"], result["contract_transactions"]
    return [
        (
            "plain transactions a second, durable; ratio to eth-tester in memory",
            f"{plain['embedded']['tx_per_s']}; {plain['embedded_to_eth_tester']}",
            "",
            command,
        ),
        (
            "contract transactions a second, durable; ratio to eth-tester in memory",
            f"{contract['embedded']['tx_per_s']}; {contract['embedded_to_eth_tester']}",
            "",
            command,
        ),
    ]


def _indexing(result: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    command, speed = result["command"], result["speed"]
    rows = []
    for kind, name in (("postgresql", "PostgreSQL"), ("sqlite", "SQLite")):
        for figure, what, least in (
            ("indexed_events_per_s", "events indexed a second from a cold start", 5_000),
            ("folded_events_per_s", "stored events folded a second at the start of a process", 20_000),
        ):
            found = speed[kind][figure]
            value = f"{found['median']:,} ({found['median_by_processor_time']:,} by processor time)"
            missed = " **missed**" if found["median"] < least else ""
            rows.append((f"{what}, {name}", value + missed, f"at least {least:,}", command))
    samples = result["memory"]["samples"]
    first, last = samples[1], samples[-1]
    growth = f"{last['resident_mb'] - first['resident_mb']:+.1f} MiB (of {last['resident_mb']:,} MiB)"
    rows.append(
        (
            f"memory of indexer and follower from {first['events']:,} to {last['events']:,} events",
            growth,
            "flat",
            f"{command} --memory {last['events'] // 100_000 * 100_000}",
        )
    )
    return rows


def _service(result: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    command, reads, writes = result["command"], result["reads"], result["writes"]
    slow = reads["latency_ms"]["p99"]
    return [
        (
            f"readings a second of a note with its {reads['lots']:,} lots, {result['connections']} at a time",
            _at_least(reads["per_second"], 400),
            "at least 400",
            command,
        ),
        ("the same, 99th percentile", f"{slow} ms" + _missed(slow > 60), "under 60 ms", command),
        (
            "writes accepted a second (kept on the disk, answered), PostgreSQL",
            _at_least(writes["per_second"], 300),
            "at least 300",
            command,
        ),
        (
            "the same: accepted commands that took effect, once each",
            f"{writes['cents_arrived']:,} of {sum(writes['commands_by_state'].values()):,}",
            "all",
            command,
        ),
    ]


def _at_least(found: float, least: float) -> str:
    return f"{found:,}" + _missed(found < least)


def _missed(missed: bool) -> str:
    return " **missed**" if missed else ""


def _crash_matrix(result: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    points = result["points"]
    return [
        (
            "kills of the worker at its durable steps, under load; commands with another end than their own",
            f"{sum(each['kills'] for each in points)} kills at {len({each['point'] for each in points})}"
            " points; none",
            "none",
            result["command"],
        )
    ]


def _network_faults(result: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    effects = [each["effects"] for each in result["faults"] if each["effects"]]
    accepted = sum(each["accepted"] for each in effects)
    wrong = sum(each["accepted"] - each["done"] + each["lost"] + each["doubled"] for each in effects)
    return [
        (
            "faults of validators, links, endpoints and members; commands under load lost, doubled or left",
            f"{len(result['faults'])} faults, {accepted} commands; {wrong or 'none'}",
            "none",
            result["command"],
        )
    ]


def _lien_matching(result: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    command = result["command"]
    ours, peer, most = result["matching"], result["peer"], result["required"]
    seconds, mib = ours["processor_seconds"], ours["peak_mib"]
    size = f"{ours['liens']:,} external liens against {ours['assets']:,} assets"
    ratio = result["times_faster_than_the_peer"]
    whole = peer["processor_seconds_extrapolated_to_all"]
    return [
        (
            f"{size}, one core",
            f"{seconds} s" + (" **missed**" if seconds > most["seconds"] else ""),
            f"within {most['seconds']} s",
            command,
        ),
        ("the same, peak memory", f"{mib:,} MiB", f"at most {most['peak_mib']:,} MiB", command),
        (
            "the same, recall and precision over pairs",
            f"{ours['recall']}; {ours['precision']}",
            "",
            command,
        ),
        (
            "the same, recall without wrong last digits of a series",
            str(ours["recall_without_wrong_last_digits"]),
            "",
            command,
        ),
        (
            "the same, by rapidfuzz without an index: seconds, recall, precision (sample, extrapolated)",
            f"{whole:,} s ({ratio} times as long); {peer['recall']}; {peer['precision']}",
            "",
            command,
        ),
    ]


def main(arguments: list[str]) -> int:
    """Write the page, or compare it with --check; the exit code says whether it was as it should be."""
    page = figures_page()
    if arguments == ["--check"]:
        if PAGE.read_text(encoding="utf-8") != page:
            print(f"{PAGE} is not what the result files say: run scripts/build_docs", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
