"""Liens registered elsewhere, and their matches with assets of the ledger, in the store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from counterfoil.domain.errors import DomainError, declare
from counterfoil.domain.external_liens.external_lien import ExternalLien
from counterfoil.domain.external_liens.lien_evidence import MatchGrade, MatchReason
from counterfoil.ports.external_liens import (
    ExternalLienRecord,
    ExternalMatchRecord,
    MatchResolution,
    MatchState,
)
from counterfoil.store.schema import external_liens, external_matches

MATCH_UNKNOWN = declare(
    "ExternalMatchUnknown",
    "there is no match {match_hash}",
    "`external-lien list` shows the matches with their hashes.",
)
MATCH_RESOLVED = declare(
    "ExternalMatchResolved",
    "the match {match_hash} is resolved already: {state}",
    "A dismissal is final; an amended registration gives a match of its own.",
)

_LIEN: TypeAdapter[ExternalLien] = TypeAdapter(ExternalLien)
_REASONS: TypeAdapter[tuple[MatchReason, ...]] = TypeAdapter(tuple[MatchReason, ...])


class SqlExternalLiens:
    """The ExternalLiens protocol on SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_all(self, records: Iterable[ExternalLienRecord]) -> tuple[ExternalLienRecord, ...]:
        """Keep registrations, and return those that are new or say something new.

        An earlier extract of the same registration is superseded: it stays, and matches no more. What is kept
        is read once, because an extract may have a hundred thousand rows.
        """
        known, current = self._known_extracts()
        fresh: list[dict[str, Any]] = []
        added = []
        for record in records:
            content_key, registration = record.content_key.hex(), record.lien.registration_key
            before = current.get(registration)
            if before == content_key:
                continue
            if before is not None:
                self._flush(fresh)
                self._supersede(before, record.imported_at)
            if content_key in known:  # what was amended was amended back
                self._supersede(content_key, None)
            else:
                fresh.append(_lien_row(record))
            known.add(content_key)
            current[registration] = content_key
            added.append(record)
        self._flush(fresh)
        return tuple(added)

    def _known_extracts(self) -> tuple[set[str], dict[tuple[str, str], str]]:
        """Every content key, and the current one of each registration."""
        table = external_liens.c
        rows = self._connection.execute(
            select(table.content_key, table.registry_key, table.registration_key, table.superseded_at)
        ).all()
        current = {
            (row.registry_key, row.registration_key): row.content_key
            for row in rows
            if row.superseded_at is None
        }
        return {row.content_key for row in rows}, current

    def _flush(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._connection.execute(insert(external_liens), rows)
            rows.clear()

    def _supersede(self, content_key: str, at: datetime | None) -> None:
        self._connection.execute(
            update(external_liens).where(external_liens.c.content_key == content_key).values(superseded_at=at)
        )

    def in_force(self, at: datetime) -> tuple[ExternalLienRecord, ...]:
        """Registrations that are not superseded and have not ended at a time, in a fixed order."""
        rows = self._connection.execute(
            select(external_liens)
            .where(
                external_liens.c.superseded_at.is_(None),
                or_(external_liens.c.expires_at.is_(None), external_liens.c.expires_at > at),
            )
            .order_by(external_liens.c.registry_key, external_liens.c.registration_key)
        )
        return tuple(_lien_record(row) for row in rows)

    def by_content(self, content_key: bytes) -> ExternalLienRecord | None:
        """The registration of a content key, superseded or not."""
        row = self._connection.execute(
            select(external_liens).where(external_liens.c.content_key == content_key.hex())
        ).first()
        return None if row is None else _lien_record(row)

    def count(self) -> int:
        """How many registrations are here that are not superseded."""
        return int(
            self._connection.scalar(
                select(func.count())
                .select_from(external_liens)
                .where(external_liens.c.superseded_at.is_(None))
            )
            or 0
        )

    def add_matches(self, matches: Iterable[ExternalMatchRecord]) -> tuple[ExternalMatchRecord, ...]:
        """Keep the matches that are not known and return them; a known one keeps its state and grade."""
        known = set(self._connection.scalars(select(external_matches.c.match_hash)))
        fresh = {match.match_hash: match for match in matches if match.match_hash.hex() not in known}
        added = tuple(fresh.values())
        if added:
            self._connection.execute(insert(external_matches), [_match_row(match) for match in added])
        return added

    def match(self, match_hash: bytes) -> ExternalMatchRecord | None:
        """The match of a hash."""
        found = self._where(external_matches.c.match_hash == match_hash.hex())
        return found[0] if found else None

    def matches(self, *, state: MatchState | None = None) -> tuple[ExternalMatchRecord, ...]:
        """Matches by the time they were found; state: only those."""
        return self._where(True if state is None else external_matches.c.state == state.value)

    def matches_of_asset(self, asset_number: int) -> tuple[ExternalMatchRecord, ...]:
        """Every match of an asset, whatever its state."""
        return self._where(external_matches.c.asset_number == _number_text(asset_number))

    def mark_blocked(self, match_hash: bytes, *, tx_hash: str) -> None:
        """Record the transaction that set the block. Raises DomainError ExternalMatchUnknown."""
        self._known(match_hash)
        self._connection.execute(
            update(external_matches)
            .where(external_matches.c.match_hash == match_hash.hex())
            .values(block_tx=tx_hash)
        )

    def resolve(self, match_hash: bytes, resolution: MatchResolution) -> None:
        """Record a decision. What was upheld may be dismissed when the other lien has ended, not the reverse.

        Raises DomainError ExternalMatchUnknown or ExternalMatchResolved.
        """
        found = self._known(match_hash)
        if found.state is MatchState.DISMISSED:
            raise DomainError(MATCH_RESOLVED, match_hash=match_hash.hex(), state=found.state.value)
        self._connection.execute(
            update(external_matches)
            .where(external_matches.c.match_hash == match_hash.hex())
            .values(
                state=resolution.state.value,
                resolved_reason=resolution.reason,
                resolved_by=resolution.by,
                resolved_at=resolution.at,
                reason_hash=None if resolution.reason_hash is None else resolution.reason_hash.hex(),
            )
        )

    def _known(self, match_hash: bytes) -> ExternalMatchRecord:
        found = self.match(match_hash)
        if found is None:
            raise DomainError(MATCH_UNKNOWN, match_hash=match_hash.hex())
        return found

    def _where(self, condition: Any) -> tuple[ExternalMatchRecord, ...]:
        rows = self._connection.execute(
            select(external_matches)
            .where(and_(True, condition))
            .order_by(external_matches.c.found_at, external_matches.c.match_hash)
        )
        return tuple(_match_record(row) for row in rows)


def _number_text(asset_number: int) -> str:
    return f"{asset_number:064x}"


def _lien_row(record: ExternalLienRecord) -> dict[str, Any]:
    registry, number = record.lien.registration_key
    return {
        "content_key": record.content_key.hex(),
        "registry_key": registry,
        "registration_key": number,
        "expires_at": record.lien.expires_at,
        "lien_json": _LIEN.dump_json(record.lien).decode(),
        "file_name": record.file_name,
        "imported_at": record.imported_at,
        "superseded_at": record.superseded_at,
    }


def _lien_record(row: Row[Any]) -> ExternalLienRecord:
    return ExternalLienRecord(
        content_key=bytes.fromhex(row.content_key),
        lien=_LIEN.validate_json(row.lien_json),
        file_name=row.file_name,
        imported_at=row.imported_at,
        superseded_at=row.superseded_at,
    )


def _match_row(match: ExternalMatchRecord) -> dict[str, Any]:
    decided = match.resolution
    return {
        "match_hash": match.match_hash.hex(),
        "content_key": match.content_key.hex(),
        "asset_number": _number_text(match.asset_number),
        "grade": match.grade.value,
        "score": match.score,
        "reasons_json": _REASONS.dump_json(match.reasons).decode(),
        "found_at": match.found_at,
        "block_tx": match.block_tx,
        "state": match.state.value,
        "resolved_reason": None if decided is None else decided.reason,
        "resolved_by": None if decided is None else decided.by,
        "resolved_at": None if decided is None else decided.at,
        "reason_hash": None if decided is None or decided.reason_hash is None else decided.reason_hash.hex(),
    }


def _match_record(row: Row[Any]) -> ExternalMatchRecord:
    decided = None
    if row.state != MatchState.OPEN:
        decided = MatchResolution(
            state=MatchState(row.state),
            reason=row.resolved_reason,
            by=row.resolved_by,
            at=row.resolved_at,
            reason_hash=None if row.reason_hash is None else bytes.fromhex(row.reason_hash),
        )
    return ExternalMatchRecord(
        match_hash=bytes.fromhex(row.match_hash),
        content_key=bytes.fromhex(row.content_key),
        asset_number=int(row.asset_number, 16),
        grade=MatchGrade(row.grade),
        score=row.score,
        reasons=_REASONS.validate_json(row.reasons_json),
        found_at=row.found_at,
        block_tx=row.block_tx,
        resolution=decided,
    )
