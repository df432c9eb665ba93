"""Measures the gas of our operations and of the peers', in one run, and keeps it as a snapshot.

scripts/bench/gas/measure           writes scripts/bench/results/gas.json and docs/figures/gas.md
scripts/bench/gas/measure --check   fails where a figure differs from those, and names missed targets
scripts/bench/gas/measure --rule-checks   what each rule check costs; see rule_checks.py
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from goods_operations import GoodsOperations
from meter import Meter, Reading
from operations import SYSTEM, Operations
from peers import measure_peers
from relayed_operations import RelayedOperations
from rule_checks import write_rule_checks

from counterfoil.chain.compiler import read_build_record

REPOSITORY = Path(__file__).resolve().parents[3]
SNAPSHOT = REPOSITORY / "scripts" / "bench" / "results" / "gas.json"
PAGE = REPOSITORY / "docs" / "figures" / "gas.md"
# The most that each may use, for a record where it makes several. The peers have none.
TARGETS = {
    "propose and confirm over 1 invoice(s)": 160_000,
    "split in two": 66_000,
    "split a lot of a split in two": 66_000,
    "split to 100 new holders": 10_000,
    "split to 500 new holders": 10_000,
    "transfer a whole lot": 36_000,
    "draft, attest and issue with 1 lot": 190_000,
    "10 further lots of a receipt": 30_000,
    "transfer a receipt": 60_000,
    "pledge a receipt": 75_000,
    "release a receipt": 45_000,
    "settle with 100 holders": 9_000,
    "settle with 500 holders": 9_000,
}


def _per_record(reading: Reading) -> int:
    """Rounded up, so that a target is never met by rounding."""
    return -(-reading.gas // reading.records)


def _row(reading: Reading) -> dict[str, Any]:
    row = {**asdict(reading), "gas_per_record": _per_record(reading)}
    target = TARGETS.get(reading.operation) if reading.system == SYSTEM else None
    return row if target is None else {**row, "target_per_record": target}


def _on_a_chain(measure: Callable[[Meter], Iterator[Reading]]) -> list[Reading]:
    """Readings on a chain of their own, so that none depends on what was measured before."""
    with tempfile.TemporaryDirectory() as directory:
        meter = Meter(Path(directory) / "chain")
        try:
            return list(measure(meter))
        finally:
            meter.close()


def _measured() -> dict[str, Any]:
    readings = [
        *_on_a_chain(lambda meter: Operations(meter).measure()),
        *_on_a_chain(lambda meter: RelayedOperations(meter).measure()),
        *_on_a_chain(lambda meter: GoodsOperations(meter).measure()),
        *_on_a_chain(measure_peers),
    ]
    packages = json.loads((REPOSITORY / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    compiler = read_build_record()["compiler"]
    settings = {key: value for key, value in compiler["settings"].items() if key != "outputSelection"}
    return {
        "measured_with": {
            "chain": "embedded, Cancun rules, one transaction a block",
            "compiler": compiler["version"],
            "settings": settings,
            "peers": {
                name: packages[name]
                for name in sorted(packages)
                if name not in {"hardhat", "solc", "solhint"}
            },
        },
        "readings": [_row(reading) for reading in readings],
    }


def _page(result: dict[str, Any]) -> str:
    lines = [
        "# Gas",
        "",
        "Whole transactions, 21,000 and calldata included, measured in one run on the embedded chain. Every",
        "receiver is new to the asset; every counter of a contract is in use already. Peers have our",
        "compiler settings; their versions stand in package.json. `scripts/bench/gas/measure` writes this",
        "page, and `scripts/test` fails when a figure changes without it.",
        "",
        f"Compiler: {result['measured_with']['compiler']}",
        "",
        "| system | operation | gas | each | target | |",
        "|---|---|--:|--:|--:|---|",
    ]
    for row in result["readings"]:
        each = f"{row['gas_per_record']:,}" if row["records"] > 1 else ""
        target = f"{row['target_per_record']:,}" if "target_per_record" in row else ""
        if row["gas_per_record"] > row.get("target_per_record", row["gas_per_record"]):
            target += " **missed**"
        lines.append(
            f"| {row['system']} | {row['operation']} | {row['gas']:,} | {each} | {target} | {row['note']} |"
        )
    return "\n".join(lines) + "\n"


def _key(row: dict[str, Any]) -> tuple[str, str]:
    return row["system"], row["operation"]


def _differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    before = {_key(row): row["gas"] for row in old["readings"]}
    after = {_key(row): row["gas"] for row in new["readings"]}
    found = [
        f"{system}, {operation}: {before.get((system, operation), 'nothing')} in the snapshot, "
        f"{after.get((system, operation), 'nothing')} now"
        for system, operation in {**before, **after}
        if before.get((system, operation)) != after.get((system, operation))
    ]
    return found or ["the snapshot's other fields differ"]


def _missed(result: dict[str, Any]) -> list[str]:
    return [
        f"{row['operation']}: {row['gas_per_record']} is above its target of {row['target_per_record']}"
        for row in result["readings"]
        if row["gas_per_record"] > row.get("target_per_record", row["gas_per_record"])
    ]


def _check(result: dict[str, Any]) -> int:
    snapshot = json.loads(SNAPSHOT.read_text(encoding="utf-8")) if SNAPSHOT.is_file() else {"readings": []}
    stale = [] if snapshot == result else _differences(snapshot, result)
    if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != _page(result):
        stale.append(f"{PAGE.relative_to(REPOSITORY)} does not show these figures")
    if stale:
        stale.append("Run scripts/bench/gas/measure and commit what it writes.")
    for line in (*stale, *_missed(result)):
        print(line, file=sys.stderr)
    if stale:
        return 1
    print(f"{len(result['readings'])} gas figures are as in the snapshot")
    return 0


def _write(result: dict[str, Any]) -> int:
    for path, text in ((SNAPSHOT, json.dumps(result, indent=1) + "\n"), (PAGE, _page(result))):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for row in result["readings"]:
        each = f"{row['gas_per_record']:>9,} each" if row["records"] > 1 else ""
        print(f"{row['system']:22} {row['operation']:44} {row['gas']:>11,} {each}")
    for line in _missed(result):
        print(f"!! {line}")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Gas of our operations beside the peers'.")
    parser.add_argument(
        "--check", action="store_true", help="compare with the snapshot instead of writing it"
    )
    parser.add_argument("--rule-checks", action="store_true", help="measure what each check costs (minutes)")
    arguments = parser.parse_args()
    if arguments.rule_checks:
        write_rule_checks()
        return 0
    result = _measured()
    return _check(result) if arguments.check else _write(result)


if __name__ == "__main__":
    sys.exit(main())
