"""How fast invoices are read and checked on one core, and whether memory stays flat over 10,000 files.

    python scripts/bench/ingest.py [--files 10000] [--out scripts/bench/results/ingest.json]

Speed: the public UBL samples that the tests ship (the one of 3.3 MB with an embedded PDF is told
apart), read from memory through `read_invoice` with every check, in rounds of about a second; the best, the
median and the worst round are kept. In the same rounds, interleaved, a plain lxml parse of the same bytes as
the floor below which no reader can go.

Memory: FILES documents with different numbers, written to a temporary directory, go through the code of
`counterfoil invoice read --json`; resident memory is sampled along the way, after the first tenth.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from lxml import etree

from counterfoil.entrypoints.cli.invoice import invoice_app
from counterfoil.ingest.reader import read_invoice

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests/ingest/public_samples"
ROUNDS = 7
LARGE_BYTES = 1_000_000


def ubl_samples() -> tuple[list[bytes], list[bytes]]:
    """Ordinary and large public UBL documents."""
    paths = sorted(
        path for path in SAMPLES.rglob("*") if path.suffix.lower() == ".xml" and "cii" not in path.parts
    )
    contents = [path.read_bytes() for path in paths]
    return [c for c in contents if len(c) < LARGE_BYTES], [c for c in contents if len(c) >= LARGE_BYTES]


def per_second(work: Callable[[bytes], object], documents: list[bytes], *, seconds: float) -> float:
    """Documents a second of processor time of this process."""
    done, started = 0, time.process_time()
    while time.process_time() - started < seconds:
        for document in documents:
            work(document)
        done += len(documents)
    return done / (time.process_time() - started)


def plain_parse(document: bytes) -> etree._Element:
    """The floor: libxml2 alone."""
    return etree.fromstring(document)


def speed(documents: list[bytes], *, seconds: float) -> dict[str, object]:
    """Rounds of reading and of plain parsing, one after the other, so that both see the same machine."""
    reading, parsing = [], []
    for _ in range(ROUNDS):
        reading.append(per_second(read_invoice, documents, seconds=seconds))
        parsing.append(per_second(plain_parse, documents, seconds=seconds / 4))
    return {
        "documents": len(documents),
        "mean_bytes": round(statistics.mean(len(document) for document in documents)),
        "read_per_cpu_second": {
            "worst": round(min(reading)),
            "median": round(statistics.median(reading)),
            "best": round(max(reading)),
        },
        "plain_lxml_parse_per_cpu_second_median": round(statistics.median(parsing)),
        "times_the_floor": round(statistics.median(parsing) / statistics.median(reading), 2),
    }


def resident_kib() -> int:
    """Resident memory now, not the peak."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def write_files(directory: Path, count: int) -> None:
    """Documents of the public samples' shape, each with a number of its own."""
    template = (SAMPLES / "ubl/examples/ubl-tc434-example2.xml").read_bytes()
    for index in range(count):
        number = f"<cbc:ID>TOSL{index:06d}</cbc:ID>".encode()
        (directory / f"{index:06d}.xml").write_bytes(template.replace(b"<cbc:ID>TOSL108</cbc:ID>", number, 1))


def memory(count: int) -> dict[str, object]:
    """Resident memory while the command line reads `count` files one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), count)
        sink = _Gauge(every=max(1, count // 20))
        started = time.perf_counter()
        with contextlib.redirect_stdout(sink), contextlib.suppress(SystemExit):
            invoice_app(["read", "--json", folder])
        elapsed = time.perf_counter() - started
    settled = [kib for line, kib in sink.samples if line >= count // 10]
    return {
        "files": count,
        "json_lines": sink.lines,
        "wall_seconds": round(elapsed, 1),
        "files_per_wall_second": round(count / elapsed),
        "resident_kib": {"at_a_tenth": settled[0], "at_the_end": settled[-1], "highest": max(settled)},
        "growth_kib": max(settled) - settled[0],
    }


class _Gauge(io.TextIOBase):
    """Counts the lines of output, throws them away, and samples memory at every so many of them."""

    def __init__(self, *, every: int) -> None:
        self.lines = 0
        self.samples: list[tuple[int, int]] = []
        self._every = every

    def write(self, text: str) -> int:
        ended = text.count("\n")
        self.lines += ended
        if ended and self.lines % self._every == 0:
            self.samples.append((self.lines, resident_kib()))
        return len(text)


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    model = next(
        (
            row.partition(":")[2].strip()
            for row in Path("/proc/cpuinfo").read_text().splitlines()
            if row.startswith("model name")
        ),
        platform.machine(),
    )
    return {
        "cpu": model,
        "cores": str(os.cpu_count()),
        "python": platform.python_version(),
        "system": platform.system(),
    }


def main() -> None:
    """Measure, print, write the result file; exit code 1 if the required figure is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=1.0, help="processor time of one round")
    parser.add_argument("--out", type=Path, default=ROOT / "scripts/bench/results/ingest.json")
    arguments = parser.parse_args()
    ordinary, large = ubl_samples()
    result = {
        "measures": "reading and checking invoices on one core",
        "command": "python scripts/bench/ingest.py",
        "method": " ".join((__doc__ or "").split("\n\n", 2)[2].split()),
        "machine": machine(),
        "versions": {name: version(name) for name in ("counterfoil", "lxml", "python-stdnum")},
        "required": {"ubl_files_per_second": 300, "memory": "flat over 10,000 files"},
        "ubl": speed(ordinary, seconds=arguments.seconds),
        "ubl_3mb_with_attachment": speed(large, seconds=arguments.seconds / 2),
        "memory": memory(arguments.files),
    }
    text = json.dumps(result, indent=2, ensure_ascii=False)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(text + "\n", encoding="utf-8")
    print(text)
    median = result["ubl"]["read_per_cpu_second"]["median"]  # type: ignore[index]  # built a few lines above
    sys.exit(0 if median >= 300 else 1)


if __name__ == "__main__":
    main()
