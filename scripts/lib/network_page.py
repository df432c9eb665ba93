"""Writes docs/figures/network.md from the committed result file: what validators carried, at what cost."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import TextWrapper
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "figures" / "network.md"
RESULT = ROOT / "scripts" / "bench" / "results" / "network.json"
GROWTH = ROOT / "scripts" / "bench" / "results" / "network_growth.json"
ASKED_OPERATIONS = 3_000
ASKED_BEYOND_PERIOD_MS = 300
ASKED_COST_RATIO = 1.1
LOADS = (
    "sustained",
    "steady, few live lots",
    "steady, many live lots",
    "larger notes",
    "single records, sent by parties",
    "single records, relayed",
    "plain transfers",
)
Row = tuple[str, str, str]
fill = TextWrapper(width=110, break_long_words=False, break_on_hyphens=False).fill


def result() -> dict[str, Any]:
    """The committed result, with that of the loads on few and many live lots where these were run apart."""
    found: dict[str, Any] = json.loads(RESULT.read_text(encoding="utf-8"))
    if GROWTH.is_file():
        found["growth"] = json.loads(GROWTH.read_text(encoding="utf-8"))
    return found


def asked_and_found(found: Mapping[str, Any]) -> list[Row]:
    """Each figure that was asked for, what was measured, and the target with a miss marked."""
    phases = found["phases"]
    sustained, steady = phases["sustained"], phases["steady, few live lots"]
    period = found["engine"]["plan"]["block_period_ms"]
    p99, most = steady["latency_ms"]["p99"], period + ASKED_BEYOND_PERIOD_MS
    rate = sustained["operations_a_second"]
    rows = [
        (
            f"operations a second, four validators, {_minutes(sustained['seconds'])}",
            f"{rate:,.0f}",
            f"at least {ASKED_OPERATIONS:,}" + _missed(rate < ASKED_OPERATIONS),
        ),
        (
            f"from request to final at half of that, 99th percentile{_company(steady)}",
            f"{p99:,} ms",
            f"at most {most:,} ms" + _missed(p99 > most),
        ),
    ]
    grown = found.get("growth", found)["phases"]
    if "steady, many live lots" in grown:
        rows += _growth(grown["steady, few live lots"], grown["steady, many live lots"])
    rows.append(_memory(sustained))
    checked = found["checked_on_chain"]
    rows.append(
        (
            "acknowledged operations that are not on the chain as they should be"
            f" ({checked['notes']:,} notes, {checked['lots']:,} lots)",
            f"{checked['unlike']:,}",
            "none" + _missed(checked["unlike"] > 0),
        )
    )
    return rows


def _growth(few: Mapping[str, Any], many: Mapping[str, Any]) -> Iterator[Row]:
    sizes = f"{many['live_lots_before']:,} live lots to {few['live_lots_before']:,}"
    for field, name in (
        ("gas_an_operation", "gas"),
        ("validators_cpu_us_an_operation", "validators' processor time"),
    ):
        ratio = many[field] / few[field]
        yield (
            f"cost of an operation, {sizes}: {name}",
            f"{ratio:.2f} times",
            f"at most {ASKED_COST_RATIO} times" + _missed(ratio > ASKED_COST_RATIO),
        )


def _memory(sustained: Mapping[str, Any]) -> Row:
    # The generator keeps its book of everything, so it grows with the operations.
    validators = [each for name, each in sustained["memory_mib"].items() if name != "generator"]
    grown = max(each["late"] - each["middle"] for each in validators)
    most = max(each["most"] for each in validators)
    return (
        "memory of a validator over the second half of the load, the one that grew most",
        f"{grown:+,} MiB (most of any: {most:,} MiB)",
        "flat" + _missed(grown > most / 20),
    )


def _company(load: Mapping[str, Any]) -> str:
    """What else was on the machine, where it was enough to spoil a figure."""
    others = load.get("use", {}).get("everything_else_on_the_machine", 0.0)
    return f" (beside other programs that took {others} of its processors)" if others > 0.3 else ""


def _missed(missed: bool) -> str:
    return " **missed**" if missed else ""


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} s"


def network_page() -> str:
    """The whole page."""
    found = result()
    parts = [_head(found), _table(("figure", "measured", "target"), asked_and_found(found))]
    parts += [
        _loads(found["phases"]),
        _kinds(found),
        _use(found["phases"]),
        _growth_of_disk(found),
        _bound(found),
        _how(found),
    ]
    return "\n".join(parts)


def _head(found: Mapping[str, Any]) -> str:
    engine, machine = found["engine"], found["machine"]
    return (
        "# The network under load\n\n"
        f"{engine['validators']} validators ({engine['name']}, Kaia {engine['version']}), a block every"
        f" {engine['plan']['block_period_ms']} ms, and the\nprogram that loads them, on one machine with"
        f" {machine['cpus']} processors; measured on {found['measured_on']}.\n"
        "`scripts/bench/network` writes `scripts/bench/results/network.json`, which has everything;\n"
        "`scripts/build_docs` writes this page from it.\n"
    )


def _table(head: tuple[str, ...], rows: list[Any]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|---" + "|--:" * (len(head) - 1) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _loads(phases: Mapping[str, Any]) -> str:
    rows = []
    for name in LOADS:
        load = phases.get(name)
        if load is None:
            continue
        latency = load["latency_ms"]
        rows.append(
            (
                name,
                f"{load['operations_a_second']:,.0f}",
                f"{load['of_these_one_record_a_call']:,.0f}",
                f"{load['transactions_a_second']:,.0f}",
                f"{load['gas_a_second'] / 1e6:,.1f}",
                f"{load['gas_an_operation']:,}",
                f"{load['validators_cpu_us_an_operation']:,.0f}",
                f"{latency['p50']:,} / {latency['p95']:,} / {latency['p99']:,}",
            )
        )
    head = (
        "load",
        "operations/s",
        "of these one record a call",
        "transactions/s",
        "million gas/s",
        "gas an operation",
        "validators' processor µs an operation",
        "p50 / p95 / p99 ms",
    )
    return (
        "## Loads\n\n"
        "An operation is one business record changed by contract code. A split of a lot among 50 suppliers\n"
        "changes 50 records, a settlement one for each lot that it pays; all else changes one a call.\n\n"
        + _table(head, rows)
    )


def _kinds(found: Mapping[str, Any]) -> str:
    sustained = found["phases"]["sustained"]["operations_a_second_by_kind"]
    records = found["mixes"]["mixed"]["records_of_a_note"]
    rows = [(kind, f"{rate:,.1f}", f"{records[kind]:,}") for kind, rate in sustained.items()]
    return (
        "## What the sustained load consists of\n\n"
        + fill(found["mixes"]["mixed"]["why"])
        + "\n\n"
        + _table(("operation", "a second", "of one note"), rows)
        + "\n"
        + fill("Larger notes: " + found["mixes"]["larger notes"]["why"])
        + "\n\n"
        + fill("Single records: " + found["mixes"]["single records"]["why"])
        + "\n"
    )


def _use(phases: Mapping[str, Any]) -> str:
    rows = []
    for name in LOADS:
        load = phases.get(name)
        if load is None:
            continue
        use = load["use"]
        rows.append(
            (
                name,
                f"{use['validators_together']:.2f}",
                f"{use['processors_busy']['generator']:.2f}",
                f"{use['everything_else_on_the_machine']:.2f}",
                f"{use['taken_by_the_host']:.2f}",
                f"{use['idle']:.2f}",
            )
        )
    head = ("load", "four validators", "load generator", "everything else", "taken by the host", "idle")
    return "## Processors kept busy\n\n" + _table(head, rows)


def _growth_of_disk(found: Mapping[str, Any]) -> str:
    disk = found["disk"]["mib_a_validator_a_million_operations"]
    lines = [f"Disk: {disk:,} MiB a validator for a million operations.\n"]
    filled = found.get("growth", found)["phases"].get("many live lots")
    if filled:
        lines.append(
            f"Filling the ledger to {filled['live_lots']:,} live lots, 500 holders a call:"
            f" {filled['lots_a_second']:,} lots a second.\n"
        )
    return "".join(lines)


def _bound(found: Mapping[str, Any]) -> str:
    """Where the processors' time went under the sustained load."""
    use = found["phases"]["sustained"]["use"]
    count = found["machine"]["cpus"]
    busy, taken = use["processors_busy"]["generator"], use["taken_by_the_host"]
    told = (
        f"Processor time. Under the sustained load the four validators keep {use['validators_together']:.2f}"
        f" of the machine's {count} processors busy and the generator {busy:.2f}; the machine's host gave"
        f" {taken:.2f} to others; {use['idle']:.2f} are idle: while one validator fills a block, on one"
        " processor, the other three have little to do. Every transaction is run four times on these"
        " processors, by the validator that puts it into a block and by the three that check the block; on"
        " machines of their own each validator would have all of its processors for one run."
    )
    shares = found.get("profile", {}).get("percent_of_a_validator")
    if not shares:
        return f"## What the bound is\n\n{fill(told)}\n"
    rows = [(part, f"{share:.1f} %") for part, share in shares.items()]
    seconds = found["profile"]["seconds"]
    return (
        f"## What the bound is\n\n{fill(told)}\n\n"
        f"One validator's processor time over {seconds} s of that load, by the engine's profiler;"
        " parts overlap:\n\n" + _table(("part", "share"), rows)
    )


def _how(found: Mapping[str, Any]) -> str:
    plan, arguments = found["engine"]["plan"], found["arguments"]
    settings = (
        f"Network: {', '.join(f'{name} {value}' for name, value in plan.items() if value is not None)}."
        f" Load: {', '.join(f'{name} {value}' for name, value in arguments.items() if value is not None)}."
        f" Machine: {found['machine']['cpus']} processors, {found['machine']['system']}"
        f" {found['machine']['machine']},"
        f" Python {found['machine']['python']}."
    )
    how = found["checked_on_chain"].get("how", "")
    remarks = [f"{name}: {load['remark']}" for name, load in found["phases"].items() if "remark" in load]
    parts = [found["method"], settings, how, *remarks]
    return "## How\n\n" + "\n\n".join(fill(part) for part in parts if part) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page, or compare it with --check; the exit code says whether it was as it should be."""
    page = network_page()
    if arguments == ["--check"]:
        if PAGE.read_text(encoding="utf-8") != page:
            print(f"{PAGE} is not what the result file says: run scripts/build_docs", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
