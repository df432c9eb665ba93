"""What comparisons of the read model with the chain found, as a Protocol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRecord:
    """One scope at one block. Digests: SHA-256 over everything compared, as each side has it.

    difference: the first one in words, None where there is none.
    """

    compared_at: datetime
    block_number: int
    scope: str
    model_digest: str
    chain_digest: str
    difference: str | None = None

    @property
    def equal(self) -> bool:
        """Whether both sides have the same."""
        return self.model_digest == self.chain_digest


class Comparisons(Protocol):
    """Results, the newest ones; those that found a difference stay."""

    def add(self, record: ComparisonRecord) -> None: ...
    def newest(self) -> tuple[ComparisonRecord, ...]: ...
    def all(self) -> tuple[ComparisonRecord, ...]: ...
