"""What validators and the generator use of the machine: processor time, memory, disk."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

_MIB = 1 << 20
GENERATOR = "generator"


@dataclass(frozen=True, slots=True)
class Sample:
    """One look. cpu_s: since the process began; idle_s: of all processors together; resident in bytes."""

    at_s: float
    cpu_s: Mapping[str, float]
    resident: Mapping[str, int]
    idle_s: float
    steal_s: float


class Watch:
    """Looks at processes every few seconds, in a thread of its own."""

    def __init__(self, validators: Mapping[str, int], *, every_s: float = 5.0) -> None:
        """validators: process ids by name."""
        self._processes = {name: psutil.Process(pid) for name, pid in validators.items()}
        self._processes[GENERATOR] = psutil.Process()
        self._every_s = every_s
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="watch", daemon=True)
        self.samples: list[Sample] = []

    def __enter__(self) -> Watch:
        self.look()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def _go_on(self) -> None:
        while not self._ends.wait(self._every_s):
            self.look()

    def look(self) -> Sample:
        """Look now."""
        cpu_s, resident = {}, {}
        for name, process in self._processes.items():
            with process.oneshot():
                times = process.cpu_times()
                cpu_s[name] = times.user + times.system
                resident[name] = process.memory_info().rss
        machine = psutil.cpu_times()
        sample = Sample(
            time.monotonic(), cpu_s, resident, machine.idle + machine.iowait, getattr(machine, "steal", 0.0)
        )
        self.samples.append(sample)
        return sample


def use_between(first: Sample, last: Sample) -> dict[str, Any]:
    """Processors that each process kept busy between two looks, those that others did, and those that a
    virtual machine's host gave to somebody else.
    """
    seconds = last.at_s - first.at_s
    cores = {name: round((last.cpu_s[name] - first.cpu_s[name]) / seconds, 3) for name in first.cpu_s}
    idle = (last.idle_s - first.idle_s) / seconds
    taken = (last.steal_s - first.steal_s) / seconds
    busy = (os.cpu_count() or 1) - idle - taken
    return {
        "processors_busy": cores,
        "validators_together": round(sum(cores.values()) - cores[GENERATOR], 3),
        "idle": round(idle, 3),
        "taken_by_the_host": round(taken, 3),
        "everything_else_on_the_machine": round(busy - sum(cores.values()), 3),
    }


def memory_over(samples: list[Sample], first_s: float, last_s: float) -> dict[str, Any]:
    """Resident MiB of each process: at a tenth of the time, in the middle and at the end, and the most."""
    within = [sample for sample in samples if first_s <= sample.at_s <= last_s]
    marks = {"early": within[len(within) // 10], "middle": within[len(within) // 2], "late": within[-1]}
    return {
        name: {
            **{mark: round(sample.resident[name] / _MIB) for mark, sample in marks.items()},
            "most": round(max(sample.resident[name] for sample in within) / _MIB),
        }
        for name in within[0].resident
    }


def validators_cpu_s(sample: Sample) -> float:
    """Processor time of all validators together."""
    return sum(spent for name, spent in sample.cpu_s.items() if name != GENERATOR)


def disk_bytes(folder: Path) -> int:
    """What a folder takes on the disk. Files that vanish meanwhile do not count."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(path, name)).st_blocks * 512
            except FileNotFoundError:
                continue
    return total
