"""Sub-ranges: the positions first..last of a note, one position a minor unit, counted from 1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from counterfoil.domain.errors import DomainError, declare

SUB_RANGE_INVALID = declare(
    "SubRangeInvalid",
    "{first} to {last} is not a range of positions",
    "State a first position of at least 1 and a last position that is not before it.",
)


@dataclass(frozen=True, slots=True, order=True)
class SubRange:
    """Positions first..last, both inclusive. Raises DomainError SubRangeInvalid for anything else."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 1 <= self.first <= self.last:
            raise DomainError(SUB_RANGE_INVALID, first=self.first, last=self.last)

    @property
    def length(self) -> int:
        """Amount in minor units."""
        return self.last - self.first + 1

    def cut(self, amounts_minor: Sequence[int]) -> tuple[SubRange, ...]:
        """Consecutive parts of these amounts from the first position on; they may end before or after `last`.

        Whether they fill the range is the caller's question. Raises SubRangeInvalid for an amount below 1.
        """
        parts = []
        end = self.first - 1
        for amount in amounts_minor:
            parts.append(SubRange(end + 1, end + amount))
            end += amount
        return tuple(parts)


def partition_gap(parts: Iterable[SubRange], whole: SubRange) -> str | None:
    """Why these parts are not a partition of the whole, or None if they are one."""
    expected = whole.first
    for part in sorted(parts):
        if part.first != expected:
            fault = "missing" if part.first > expected else "held twice"
            return f"position {min(part.first, expected)} is {fault}"
        expected = part.last + 1
    if expected != whole.last + 1:
        return f"ends at {expected - 1} instead of {whole.last}"
    return None
