"""Idempotency keys and first answers in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from counterfoil.ports.idempotency import FirstAnswer
from counterfoil.store.schema.commands import idempotency_keys as keys


class SqlIdempotency:
    """counterfoil.ports.idempotency.Idempotency on both databases."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, *, org_id: str, key: str) -> FirstAnswer | None:
        """The first answer to a request with this key, or None."""
        row = self._connection.execute(
            select(
                keys.c.request_hash,
                keys.c.response_code,
                keys.c.response_headers_json,
                keys.c.response_body,
                keys.c.command_id,
            ).where(keys.c.org_id == org_id, keys.c.key == key)
        ).one_or_none()
        if row is None:
            return None
        return FirstAnswer(
            request_hash=row.request_hash,
            code=row.response_code,
            headers_json=row.response_headers_json,
            body=row.response_body,
            command_id=row.command_id,
        )

    def keep(self, *, org_id: str, key: str, answer: FirstAnswer, at: datetime) -> bool:
        """Keep the first answer. PostgreSQL waits here for another transaction with the same key."""
        inserted = self._connection.execute(
            self._insert()
            .values(org_id=org_id, key=key, created_at=at, **_columns(answer))
            .returning(keys.c.key)
        )
        return inserted.first() is not None

    def keep_all(
        self, answers: Sequence[tuple[str, str, FirstAnswer, datetime]]
    ) -> frozenset[tuple[str, str]]:
        """Keep several first answers; which of the keys were free."""
        if not answers:
            return frozenset()
        # In the keys' order: two processes that keep the same ones do not wait for each other.
        rows = [
            {"org_id": org_id, "key": key, "created_at": at, **_columns(answer)}
            for org_id, key, answer, at in sorted(answers, key=lambda each: each[:2])
        ]
        found = self._connection.execute(self._insert().values(rows).returning(keys.c.org_id, keys.c.key))
        return frozenset((row.org_id, row.key) for row in found)

    def complete(self, *, org_id: str, key: str, answer: FirstAnswer) -> None:
        """Put the answer in the place of the one that was kept."""
        self._connection.execute(
            update(keys).where(keys.c.org_id == org_id, keys.c.key == key).values(**_columns(answer))
        )

    def _insert(self) -> postgresql.Insert | sqlite.Insert:
        if self._connection.dialect.name == "postgresql":
            return postgresql.insert(keys).on_conflict_do_nothing()
        return sqlite.insert(keys).on_conflict_do_nothing()


def _columns(answer: FirstAnswer) -> dict[str, object]:
    return {
        "request_hash": answer.request_hash,
        "response_code": answer.code,
        "response_headers_json": answer.headers_json,
        "response_body": answer.body,
        "command_id": answer.command_id,
    }
