"""The audit log in the store, and which of its heads are on chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from counterfoil.domain.audit_chain import (
    EMPTY,
    AuditEntry,
    AuditHead,
    ChainedEntry,
    canonical_json,
    chain,
)
from counterfoil.ports.identity import AuditAnchorRecord
from counterfoil.store.schema import audit_anchors, audit_log

_AUDIT_LOCK = int.from_bytes(b"cntraudt")


class SqlAudit:
    """The Audit protocol on SQL. It has no way to change or remove an entry."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def head(self) -> AuditHead:
        """The newest entry's number and hash."""
        row = self._connection.execute(
            select(audit_log.c.sequence, audit_log.c.entry_hash)
            .order_by(audit_log.c.sequence.desc())
            .limit(1)
        ).first()
        return EMPTY if row is None else AuditHead(sequence=row.sequence, entry_hash=row.entry_hash)

    def append(
        self,
        *,
        at: datetime,
        org_id: str | None,
        user_id: str | None,
        action: str,
        subject: str,
        correlation_id: str,
        detail: Mapping[str, object],
    ) -> ChainedEntry:
        """Add an entry behind the newest one; waits for whoever appended and has not ended yet."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(select(func.pg_advisory_xact_lock(_AUDIT_LOCK)))
        head = self.head()
        entry = AuditEntry(
            sequence=head.sequence + 1,
            at=at,
            org_id=org_id,
            user_id=user_id,
            action=action,
            subject=subject,
            correlation_id=correlation_id,
            detail_json=canonical_json(detail),
        )
        chained = chain(entry, head)
        self._connection.execute(
            insert(audit_log).values(
                sequence=entry.sequence,
                at=entry.at,
                org_id=entry.org_id,
                user_id=entry.user_id,
                action=entry.action,
                subject=entry.subject,
                correlation_id=entry.correlation_id,
                detail_json=entry.detail_json,
                previous_hash=chained.previous_hash,
                entry_hash=chained.entry_hash,
            )
        )
        return chained

    def entries(
        self, *, after: int = 0, limit: int = 1000, org_id: str | None = None
    ) -> Sequence[ChainedEntry]:
        """Entries behind `after` in order; of one organisation, or of everybody."""
        statement = select(audit_log).where(audit_log.c.sequence > after)
        if org_id is not None:
            statement = statement.where(audit_log.c.org_id == org_id)
        rows = self._connection.execute(statement.order_by(audit_log.c.sequence).limit(limit))
        return [_entry(row) for row in rows]

    def anchors(self) -> tuple[AuditAnchorRecord, ...]:
        """Heads that are on chain, or on their way, oldest first."""
        rows = self._connection.execute(select(audit_anchors).order_by(audit_anchors.c.sequence))
        return tuple(
            AuditAnchorRecord(
                sequence=row.sequence,
                head_hash=row.head_hash,
                anchored=row.anchored,
                tx_hash=row.tx_hash,
                block_number=row.block_number,
            )
            for row in rows
        )

    def add_anchor(self, head: AuditHead) -> None:
        """Note a head that goes on chain next."""
        self._connection.execute(
            insert(audit_anchors).values(sequence=head.sequence, head_hash=head.entry_hash, anchored=False)
        )

    def anchored(self, sequence: int, *, tx_hash: str | None, block_number: int | None) -> None:
        """Note that a head is on chain; None where the transaction was lost sight of."""
        self._connection.execute(
            update(audit_anchors)
            .where(audit_anchors.c.sequence == sequence)
            .values(anchored=True, tx_hash=tx_hash, block_number=block_number)
        )


def _entry(row: Row[Any]) -> ChainedEntry:
    return ChainedEntry(
        entry=AuditEntry(
            sequence=row.sequence,
            at=row.at,
            org_id=row.org_id,
            user_id=row.user_id,
            action=row.action,
            subject=row.subject,
            correlation_id=row.correlation_id,
            detail_json=row.detail_json,
        ),
        previous_hash=row.previous_hash,
        entry_hash=row.entry_hash,
    )
