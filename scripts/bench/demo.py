"""How long the demonstration takes and how much memory, on the first run of a clean clone and later.

    python scripts/bench/demo.py [--runs 5] [--out scripts/bench/results/demo.json]

The committed HEAD is cloned into a temporary directory and `scripts/demo` runs there in an empty
environment with a HOME of its own: the first run makes the Python environment, with nothing in a cache, the
others use it. Wall time of the whole command; memory is the largest resident set of any one of its
processes, as the operating system accounts it. The first run depends on the network too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "SSL_CERT_FILE", "PIP_CERT", "PIP_INDEX_URL")


def run_demo(clone: Path, home: Path, out: Path) -> float:
    """Seconds of one whole run. Raises CalledProcessError where a check of the demonstration fails."""
    environment = {name: os.environ[name] for name in KEPT if name in os.environ} | {"HOME": str(home)}
    started = time.monotonic()
    subprocess.run(
        [clone / "scripts" / "demo", "--out", out], env=environment, check=True, stdout=subprocess.DEVNULL
    )
    return time.monotonic() - started


def main() -> int:
    """Measure and write the result file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--out", type=Path, default=ROOT / "scripts" / "bench" / "results" / "demo.json")
    arguments = parser.parse_args()
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as directory:
        clone, home = Path(directory) / "clone", Path(directory) / "home"
        home.mkdir()
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        first = run_demo(clone, home, Path(directory) / "out-first")
        later = [run_demo(clone, home, Path(directory) / f"out-{run}") for run in range(arguments.runs)]
        peak_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        documents = len(list((clone / "samples" / "invoices").iterdir()))
    result = {
        "measures": "the demonstration on the shipped samples",
        "command": "python scripts/bench/demo.py",
        "method": " ".join((__doc__ or "").split("\n\n")[2].split()),
        "machine": {
            "cpus": os.cpu_count(),
            "system": platform.system(),
            "machine": platform.machine(),
            "python": platform.python_version(),
            "load_average_before": round(load_before, 2),
        },
        "documents": documents,
        "first_run_s": round(first, 1),
        "later_runs_s": {
            "best": round(min(later), 1),
            "median": round(statistics.median(later), 1),
            "worst": round(max(later), 1),
            "runs": len(later),
        },
        "peak_memory_mib": round(peak_kib / 1024),
    }
    arguments.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
