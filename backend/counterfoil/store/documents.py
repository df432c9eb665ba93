"""The wordings behind hashes, and how the rules decided."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from counterfoil.ports.store import DocumentKind, DocumentRecord, RuleTraceRecord
from counterfoil.store.schema import documents, rule_traces


class SqlDocuments:
    """The Documents protocol on SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, document: DocumentRecord) -> None:
        """Keep a wording; harmless where the same hash is kept already."""
        if self.by_hash(document.document_hash) is None:
            self._connection.execute(insert(documents), _row(document))

    def add_all(self, records: Sequence[DocumentRecord]) -> None:
        """As `add` for each of them, in two statements."""
        wanted = {record.document_hash.hex(): record for record in records}
        if not wanted:
            return
        known = self._connection.execute(
            select(documents.c.document_hash).where(documents.c.document_hash.in_(wanted))
        ).scalars()
        for document_hash in known:
            del wanted[document_hash]
        if wanted:
            self._connection.execute(insert(documents), [_row(record) for record in wanted.values()])

    def by_hash(self, document_hash: bytes) -> DocumentRecord | None:
        """The wording of a hash."""
        row = self._connection.execute(
            select(documents).where(documents.c.document_hash == document_hash.hex())
        ).first()
        if row is None:
            return None
        return DocumentRecord(
            document_hash=document_hash,
            kind=DocumentKind(row.kind),
            salt=bytes.fromhex(row.salt),
            body_json=row.body_json,
        )


def _row(document: DocumentRecord) -> dict[str, str]:
    return {
        "document_hash": document.document_hash.hex(),
        "kind": document.kind.value,
        "salt": document.salt.hex(),
        "body_json": document.body_json,
    }


class SqlRuleTraces:
    """The RuleTraces protocol on SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, trace: RuleTraceRecord) -> None:
        """Append a decision."""
        self._connection.execute(
            insert(rule_traces).values(
                operation=trace.operation,
                subject=trace.subject,
                decided_at=trace.decided_at,
                passed=trace.passed,
                trace_json=trace.trace_json,
            )
        )

    def of_subject(self, subject: str) -> tuple[RuleTraceRecord, ...]:
        """Decisions about one subject, oldest first."""
        rows = self._connection.execute(
            select(rule_traces).where(rule_traces.c.subject == subject).order_by(rule_traces.c.trace_id)
        )
        return tuple(
            RuleTraceRecord(
                operation=row.operation,
                subject=row.subject,
                decided_at=row.decided_at,
                passed=row.passed,
                trace_json=row.trace_json,
            )
            for row in rows
        )
