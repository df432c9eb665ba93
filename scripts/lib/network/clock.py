"""The clock of a test network: a file that every validator reads at each block that it proposes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from network.failures import NetworkError

LATEST_S = 2**40


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """What the file says: it stands at a second, or it runs that many seconds ahead of the wall clock."""

    stands: bool
    seconds: int

    FILE: ClassVar[str] = "clock"
    VARIABLE: ClassVar[str] = "COUNTERFOIL_CLOCK_FILE"

    def __post_init__(self) -> None:
        if not 0 <= self.seconds < LATEST_S:
            raise NetworkError(f"The clock cannot be at {self.seconds} s", f"Give 0 to {LATEST_S - 1}")

    @classmethod
    def parse(cls, text: str) -> ClockReading:
        """Read "=SECONDS", standing there, or "+SECONDS", running ahead. Raises NetworkError for anything
        else."""
        sign, digits = text.strip()[:1], text.strip()[1:]
        if sign not in {"=", "+"} or not (digits.isascii() and digits.isdigit()):
            raise NetworkError(f"{text!r} is not a clock's reading", "Write =SECONDS or +SECONDS")
        return cls(stands=sign == "=", seconds=int(digits))

    def __str__(self) -> str:
        return f"{'=' if self.stands else '+'}{self.seconds}"

    def advanced(self, seconds: int) -> ClockReading:
        """The same clock that much later. Blocks never go back, so neither does it."""
        if seconds < 0:
            raise NetworkError(f"The clock cannot go back by {-seconds} s", "Give 0 or more")
        return ClockReading(stands=self.stands, seconds=self.seconds + seconds)

    def write(self, path: Path) -> None:
        """Write the file so that a validator reads the old reading or the new one."""
        unfinished = path.with_suffix(".new")
        unfinished.write_text(f"{self}\n", encoding="ascii")
        unfinished.replace(path)
