"""What the store keeps about liens registered elsewhere, and what reads their extracts, as Protocols."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import StrEnum
from typing import Protocol

from counterfoil.domain.external_liens.external_lien import ExternalLien
from counterfoil.domain.external_liens.lien_evidence import MatchGrade, MatchReason


class MatchState(StrEnum):
    """OPEN: nobody has decided. UPHELD: the other lien is real. DISMISSED: it is on something else."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalLienRecord:
    """A registration as an extract stated it. content_key: equal for extracts that state the same.

    superseded_at: when a later extract said something else about the same registration.
    """

    content_key: bytes
    lien: ExternalLien
    file_name: str
    imported_at: datetime
    superseded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchResolution:
    """How a match was decided. reason_hash: what the ledger has of the reason, None without a block."""

    state: MatchState
    reason: str
    by: str
    at: datetime
    reason_hash: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalMatchRecord:
    """A match that was found. content_key: of the lien. block_tx: None while no block stands for it."""

    match_hash: bytes
    content_key: bytes
    asset_number: int
    grade: MatchGrade
    score: int
    reasons: tuple[MatchReason, ...]
    found_at: datetime
    block_tx: str | None = None
    resolution: MatchResolution | None = None

    @property
    def state(self) -> MatchState:
        """OPEN until it is resolved."""
        return MatchState.OPEN if self.resolution is None else self.resolution.state


class ExternalLiens(Protocol):
    """Registrations that were imported, and the matches with assets of the ledger."""

    def add_all(self, records: Iterable[ExternalLienRecord]) -> tuple[ExternalLienRecord, ...]: ...
    def in_force(self, at: datetime) -> tuple[ExternalLienRecord, ...]: ...
    def by_content(self, content_key: bytes) -> ExternalLienRecord | None: ...
    def count(self) -> int: ...
    def add_matches(self, matches: Iterable[ExternalMatchRecord]) -> tuple[ExternalMatchRecord, ...]: ...
    def match(self, match_hash: bytes) -> ExternalMatchRecord | None: ...
    def matches(self, *, state: MatchState | None = None) -> tuple[ExternalMatchRecord, ...]: ...
    def matches_of_asset(self, asset_number: int) -> tuple[ExternalMatchRecord, ...]: ...
    def mark_blocked(self, match_hash: bytes, *, tx_hash: str) -> None: ...
    def resolve(self, match_hash: bytes, resolution: MatchResolution) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """What is wrong with one row.

    line: CSV: the line of the file where the row begins; JSON: the place of the entry, from 1; 0: the whole
    file. field: the column or JSON field as the file names it. is_warning: the row was read all the same.
    """

    line: int
    field: str
    code: str
    reason: str
    is_warning: bool = False


class ReadRow(Protocol):
    """A row that was read; counterfoil.ingest.external_liens.ReadLien is one."""

    @property
    def line(self) -> int: ...
    @property
    def lien(self) -> ExternalLien: ...


class ExtractRead(Protocol):
    """What reading an extract gave."""

    @property
    def rows(self) -> Sequence[ReadRow]: ...
    @property
    def faults(self) -> Sequence[RowFault]: ...


class ExtractReader(Protocol):
    """Reads an extract; counterfoil.ingest.external_liens.read_external_liens is one."""

    def __call__(
        self, content: bytes, *, registry: str | None = None, zone: timezone | None = None
    ) -> ExtractRead: ...
