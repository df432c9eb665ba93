"""The ServiceState protocol on SQL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Table, func, select

from counterfoil.ports.outbox import EndpointBeat
from counterfoil.ports.service_state import Backlog, Beat, Comparison
from counterfoil.store.schema import (
    chain_checkpoint,
    chain_transactions,
    commands,
    comparisons,
    schema_version,
    webhook_deliveries,
    worker_beats,
)


class SqlServiceState:
    """Counts by query; nothing is kept in memory."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def schema_version(self) -> int:
        """The version that the store states."""
        return int(self._connection.execute(select(schema_version.c.version)).scalar_one())

    def beat(self) -> Beat | None:
        """The worker's last sign of life; None before its first."""
        row = self._connection.execute(select(worker_beats)).first()
        if row is None:
            return None
        return Beat(
            beat_at=row.beat_at,
            started_at=row.started_at,
            head_block=row.head_block,
            indexed_block=row.indexed_block,
            troubles=tuple(json.loads(row.troubles_json)),
            endpoints=tuple(EndpointBeat(**each) for each in json.loads(row.endpoints_json)),
        )

    def indexed_block(self) -> int:
        """The block up to which all events are here; -1 before the first."""
        found = self._connection.scalar(select(chain_checkpoint.c.block_number))
        return -1 if found is None else int(found)

    def commands_by_state(self) -> Mapping[str, int]:
        """How many commands are in each state."""
        return self._count_by(commands, commands.c.state)

    def waiting_commands(self) -> Backlog:
        """The commands that have not come to an end."""
        row = self._connection.execute(
            select(func.count(), func.min(commands.c.created_at)).where(commands.c.finished_at.is_(None))
        ).one()
        return Backlog(count=row[0], oldest_since=row[1])

    def transactions_by_state(self) -> Mapping[str, int]:
        """How many transactions are in each state."""
        return self._count_by(chain_transactions, chain_transactions.c.state)

    def waiting_deliveries(self) -> Backlog:
        """The webhook messages that are still to be delivered."""
        row = self._connection.execute(
            select(func.count(), func.min(webhook_deliveries.c.created_at)).where(
                webhook_deliveries.c.state == "waiting"
            )
        ).one()
        return Backlog(count=row[0], oldest_since=row[1])

    def comparisons(self) -> tuple[Comparison, ...]:
        """The newest comparison of each scope."""
        newest = select(func.max(comparisons.c.comparison_id)).group_by(comparisons.c.scope)
        rows = self._connection.execute(
            select(comparisons).where(comparisons.c.comparison_id.in_(newest)).order_by(comparisons.c.scope)
        )
        return tuple(
            Comparison(
                scope=row.scope,
                block_number=row.block_number,
                compared_at=row.compared_at,
                equal=row.equal,
            )
            for row in rows
        )

    def _count_by(self, table: Table, state: Column[Any]) -> Mapping[str, int]:
        rows = self._connection.execute(select(state, func.count()).select_from(table).group_by(state))
        return {row[0]: row[1] for row in rows}
