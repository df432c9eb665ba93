"""The faults of a network as a report: validators killed, cut off, lying, admitted and removed, under load.

    python scripts/bench/network_faults.py [--out scripts/bench/results/network_faults.json]

Runs the fault tests (pytest -m needs_network) on four validators in network namespaces, whose links can be
cut, and keeps what each of them counted. The service's worker carries commands out while they keep coming:
payments of three parties, one of which keeps its own key, and notes of a supplier. Each payment has an amount
of its own, so that the chain's events say how often it was made. Then must hold: every accepted command is
done; each effect is on the chain exactly once, and none beside; the contracts' own views equal the service's
copy, and the copy made anew is the same; all validators have the same blocks.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lxml import etree

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "figures" / "network_faults.md"
TESTS = "tests/validators"

HEAD = """# Faults of a network

Four validators (Kaia {version}, Istanbul BFT, a block every {period_ms} ms, a silent proposer is waited for
{round_ms} ms) on one machine, each in a network namespace of its own, while the service's worker carries out
commands that keep coming. `python scripts/bench/network_faults.py` writes this page and
`scripts/bench/results/network_faults.json` from the tests in `{tests}`, which every change must pass.

What holds after each fault under load: every accepted command is done, each effect is on the chain exactly
once, the contracts' views equal the service's copy, the copy made anew is the same, and all validators have
the same blocks.

*Missed*: blocks that a whole network would have made besides, from the fault to the load's end. *Pause*: the
longest time between two blocks. *Progress*: from the fault where a quorum was left, else from the repair,
until twenty more commands were done, or the next block came.

| fault | what was done | missed | pause | progress | accepted | done once | lost | doubled | |
|---|---|--:|--:|--:|--:|--:|--:|--:|---|
"""


def main() -> int:
    """Run the tests, write the result file and the page; pytest's exit code where a test fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    results = ROOT / "scripts" / "bench" / "results"
    parser.add_argument("--out", type=Path, default=results / "network_faults.json")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "results.xml"
        # The other form of the file has no room for what tests keep.
        form = ["-o", "junit_family=xunit1", f"--junitxml={found}"]
        command = [sys.executable, "-m", "pytest", TESTS, "-m", "needs_network", *form]
        verdict = subprocess.call(command, cwd=ROOT)
        if verdict:
            return verdict
        rows, seconds = read_rows(found)
    result = {
        "measures": "what faults of validators, links, endpoints and members do to commands",
        "command": "python scripts/bench/network_faults.py",
        "method": " ".join((__doc__ or "").split("\n\n")[2].split()),
        "machine": {"cpus": os.cpu_count(), "system": platform.system(), "python": platform.python_version()},
        "measured_on": datetime.now(UTC).date().isoformat(),
        "seconds": seconds,
        "faults": rows,
    }
    arguments.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    PAGE.write_text(page(rows), encoding="utf-8")
    return 0


def read_rows(path: Path) -> tuple[list[dict[str, Any]], float]:
    """What the tests kept, in their order, and how many seconds all of it took."""
    suite = etree.parse(path).getroot().find("testsuite")
    if suite is None:
        raise ValueError(f"{path} has no suite")
    kept = suite.iterfind("testcase/properties/property[@name='fault']")
    return [json.loads(str(each.get("value"))) for each in kept], round(float(str(suite.get("time"))), 1)


def page(rows: list[dict[str, Any]]) -> str:
    """The page of these rows."""
    sys.path[:0] = [str(ROOT / "scripts" / "lib")]
    from network.engine import VERSION  # noqa: PLC0415 - needs the path above

    first = next(row for row in rows if "plan" in row)
    head = HEAD.format(version=VERSION, tests=TESTS, **first["plan"])
    return head + "".join(_line(row) for row in rows)


def _line(row: dict[str, Any]) -> str:
    effects = row["effects"]
    once = "" if not effects else str(effects["done"] - effects["doubled"])
    cells = [
        row["fault"],
        row["did"],
        str(row.get("missed", "")),
        _seconds(row.get("pause_s")),
        _seconds(row.get("went_on_s")),
        str(effects.get("accepted", "")),
        once,
        str(effects.get("lost", "")),
        str(effects.get("doubled", "")),
        row.get("remark", ""),
    ]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} s"


if __name__ == "__main__":
    sys.exit(main())
