"""The crash matrix as a report: a worker killed at each durable step, under load, and what became of it all.

    python scripts/bench/crash_matrix.py [--out scripts/bench/results/crash_matrix.json]

For each point a worker runs in a process of its own on a copy of one deployed home, while commands of four
parties and of an office keep coming, those of a party that keeps its own key among them. At the point it
ends itself by SIGKILL. The next worker finishes and is ended by SIGTERM. Then must hold: every accepted
command has come to the end that it must come to; each effect is on the chain exactly once, and none beside;
the contracts' own views equal the read model; nonces of the lane, rows of transactions and the chain's count
are the same. Some points also on PostgreSQL, where COUNTERFOIL_TEST_DATABASE names a server.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "figures" / "crash_matrix.md"
PATHS = [str(ROOT / "backend"), str(ROOT / "tests")]
# The forked workers import the same modules.
os.environ["PYTHONPATH"] = os.pathsep.join([*PATHS, *filter(None, [os.environ.get("PYTHONPATH")])])
sys.path[:0] = PATHS

HEAD = """# Crash matrix

A worker is killed (SIGKILL) at each durable step of sender and indexer while commands of several parties keep
coming, and started again. `python scripts/bench/crash_matrix.py` writes this page and
`scripts/bench/results/crash_matrix.json`; `tests/reliability/test_crash_matrix.py` runs the same.

What holds after each kill: every accepted command has come to the end that it must come to, each effect is on
the chain exactly once, the contracts' views equal the read model, and the sending key's nonces, its kept
transactions and the chain's count agree.

| killed at | database | kills | done | refused | expired | transactions |
|---|---|--:|--:|--:|--:|--:|
"""


def main() -> int:
    """Run every point, write the result file and the page; AssertionError where something does not hold."""
    from crash_support import ON_POSTGRESQL, POINTS, make_template, run_point  # noqa: PLC0415 - needs the paths above
    from database_support import TEST_DATABASE, fresh_postgresql  # noqa: PLC0415
    from ledger_support import make_bare_home, make_traded_home  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    results = ROOT / "scripts" / "bench" / "results"
    parser.add_argument("--out", type=Path, default=results / "crash_matrix.json")
    arguments = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        make_bare_home(folder / "bare")
        make_traded_home(folder / "bare", folder / "traded")
        template = make_template(folder / "traded", folder / "template")
        for point in POINTS:
            rows.append(run_point(template, point, folder / f"sqlite-{point}").as_row())
            print(rows[-1], flush=True)
        for point in ON_POSTGRESQL if os.environ.get(TEST_DATABASE) else ():
            with fresh_postgresql() as database:
                home = folder / f"postgresql-{point}"
                rows.append(run_point(template, point, home, postgresql=database).as_row())
            print(rows[-1], flush=True)
    result = {
        "measures": "kills of the worker at each durable step, under load",
        "command": "python scripts/bench/crash_matrix.py",
        "method": " ".join((__doc__ or "").split("\n\n")[2].split()),
        "machine": {
            "cpus": os.cpu_count(),
            "system": platform.system(),
            "python": platform.python_version(),
        },
        "measured_on": datetime.now(UTC).date().isoformat(),
        "points": rows,
    }
    arguments.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    PAGE.write_text(page(rows), encoding="utf-8")
    return 0


def page(rows: list[dict[str, Any]]) -> str:
    """The page of these rows."""
    lines = [
        f"| `{row['point']}` | {row['database']} | {row['kills']} | {row['states'].get('done', 0)} |"
        f" {row['states'].get('refused', 0)} | {row['states'].get('expired', 0)} | {row['transactions']} |\n"
        for row in rows
    ]
    return HEAD + "".join(lines)


if __name__ == "__main__":
    sys.exit(main())
