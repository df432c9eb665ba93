"""Results of comparing the read model with the chain."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from counterfoil.ports.comparisons import ComparisonRecord
from counterfoil.store.schema import comparisons

_KEPT_EQUAL = 10
"""How many equal results of a scope are kept; they say the same, and one comes every minute."""


class SqlComparisons:
    """The Comparisons protocol on SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: ComparisonRecord) -> None:
        """Keep a result. Older equal ones of its scope go; one that found a difference stays for ever."""
        self._connection.execute(
            insert(comparisons).values(
                compared_at=record.compared_at,
                block_number=record.block_number,
                scope=record.scope,
                model_digest=record.model_digest,
                chain_digest=record.chain_digest,
                equal=record.equal,
                difference=record.difference,
            )
        )
        kept = (
            select(comparisons.c.comparison_id)
            .where(comparisons.c.scope == record.scope, comparisons.c.equal.is_(True))
            .order_by(comparisons.c.comparison_id.desc())
            .limit(_KEPT_EQUAL)
        )
        self._connection.execute(
            delete(comparisons).where(
                comparisons.c.scope == record.scope,
                comparisons.c.equal.is_(True),
                comparisons.c.comparison_id.not_in(kept),
            )
        )

    def newest(self) -> tuple[ComparisonRecord, ...]:
        """The newest result of each scope, by scope."""
        last = select(func.max(comparisons.c.comparison_id)).group_by(comparisons.c.scope)
        rows = self._connection.execute(
            select(comparisons).where(comparisons.c.comparison_id.in_(last)).order_by(comparisons.c.scope)
        )
        return tuple(_record(row) for row in rows)

    def all(self) -> tuple[ComparisonRecord, ...]:
        """Every result that is kept, oldest first."""
        rows = self._connection.execute(select(comparisons).order_by(comparisons.c.comparison_id))
        return tuple(_record(row) for row in rows)


def _record(row: Row[Any]) -> ComparisonRecord:
    return ComparisonRecord(
        compared_at=row.compared_at,
        block_number=row.block_number,
        scope=row.scope,
        model_digest=row.model_digest,
        chain_digest=row.chain_digest,
        difference=row.difference,
    )
