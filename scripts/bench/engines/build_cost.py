"""Measure what building an engine costs, from an empty build cache, and add it to the result file.

    python scripts/bench/engines/build_cost.py ENGINE FOLDER PACKAGE... [--output FILE]

Modules are already downloaded; nothing compiled is reused. Processor time says more than wall time where the
machine does other work too.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PAGE = os.sysconf("SC_PAGE_SIZE")


def _resident_of_session(session: int) -> int:
    """Bytes resident in all processes of a session."""
    total = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            if int(fields[3]) == session:
                total += int(fields[21]) * PAGE
        except OSError:  # it has just ended
            continue
    return total


def measure(folder: Path, packages: Sequence[str], flags: Sequence[str]) -> dict[str, Any]:
    """Build once; returns times, peak memory of all compilers together, and the size of what came out."""
    with tempfile.TemporaryDirectory() as cache, tempfile.TemporaryDirectory() as out:
        environment = {**os.environ, "GOCACHE": cache, "GOFLAGS": "-mod=readonly -buildvcs=false"}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.monotonic()
        build = subprocess.Popen(
            ["go", "build", *flags, "-o", out + "/", *packages],
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        peak = 0

        def watch() -> None:
            nonlocal peak
            while build.poll() is None:
                peak = max(peak, _resident_of_session(build.pid))
                time.sleep(0.2)

        watcher = threading.Thread(target=watch)
        watcher.start()
        watcher.join()
        if build.returncode:
            raise RuntimeError(f"go build ended with {build.returncode}")
        seconds = time.monotonic() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return {
            "wall_s": round(seconds),
            "cpu_s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime),
            "peak_memory_mib": round(peak / 2**20),
            "largest_process_mib": round(after.ru_maxrss / 1024),
            "program_mib": round(sum(each.stat().st_size for each in Path(out).iterdir()) / 2**20),
            "load_average_after": round(os.getloadavg()[0], 1),
        }


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("engine")
    parser.add_argument("folder", type=Path)
    parser.add_argument("packages", nargs="+")
    parser.add_argument("--ldflags", default="")
    parser.add_argument("--output", type=Path, default=Path("scripts/bench/results/engines.json"))
    chosen = parser.parse_args(arguments)
    flags = [f"-ldflags={chosen.ldflags}"] if chosen.ldflags else []
    cost = measure(chosen.folder, chosen.packages, flags)
    result = json.loads(chosen.output.read_text(encoding="utf-8")) if chosen.output.exists() else {}
    result.setdefault("engines", {}).setdefault(chosen.engine, {})["build"] = cost
    chosen.output.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(cost)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
