"""Lanes, signed transactions and the worker's sign of life in the database."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from counterfoil.ports.outbox import EndpointBeat, TransactionRecord, TransactionState, WorkerBeat
from counterfoil.store.schema.ledger import chain_events
from counterfoil.store.schema.outbox import chain_transactions, sender_lanes, worker_beats

_OF_INSTRUCTIONS = ("InstructionExecuted", "InstructionRefused")
_OF_REVOCATIONS = ("NonceRevoked",)


class SqlOutbox:
    """counterfoil.ports.outbox.Outbox on both databases."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- lanes --

    def next_nonce(self, lane: str) -> int | None:
        """What the next transaction of the lane will carry; None for a lane that was never opened."""
        found: int | None = self._connection.execute(
            select(sender_lanes.c.next_nonce).where(sender_lanes.c.address == lane)
        ).scalar()
        return found

    def open_lane(self, lane: str, *, at_least: int) -> int:
        """The lane's next nonce, raised to what the chain expects where others sent with its key."""
        known = self.next_nonce(lane)
        if known is None:
            self._connection.execute(sender_lanes.insert().values(address=lane, next_nonce=at_least))
            return at_least
        if known < at_least:
            self._connection.execute(
                update(sender_lanes)
                .where(sender_lanes.c.address == lane, sender_lanes.c.next_nonce == known)
                .values(next_nonce=at_least)
            )
            return at_least
        return known

    # -- transactions --

    def add_transaction(
        self, *, lane: str, nonce: int, raw: bytes, tx_hash: str, now: datetime, replaces: int | None = None
    ) -> TransactionRecord | None:
        """Keep signed bytes, and with them take the nonce: both or neither."""
        if replaces is None:
            taken = self._connection.execute(
                update(sender_lanes)
                .where(sender_lanes.c.address == lane, sender_lanes.c.next_nonce == nonce)
                .values(next_nonce=nonce + 1)
            )
            if taken.rowcount != 1:
                return None
        values = {
            "lane": lane,
            "nonce": nonce,
            "raw_hex": raw.hex(),
            "tx_hash": tx_hash,
            "state": TransactionState.SIGNED.value,
            "waiting_for": "the node takes the transaction",
            "signed_at": now,
            "sent_count": 0,
        }
        inserted = self._connection.execute(chain_transactions.insert().values(values)).inserted_primary_key
        if inserted is None:
            raise TypeError("the database gave no number to a transaction")
        if replaces is not None:
            self._connection.execute(
                update(chain_transactions)
                .where(chain_transactions.c.tx_id == replaces)
                .values(replaced_by=inserted[0])
            )
        return self.transaction(inserted[0])

    def transactions(
        self, states: Collection[TransactionState], *, lane: str | None = None, limit: int | None = None
    ) -> tuple[TransactionRecord, ...]:
        """Those in these states, by lane and nonce, the lowest first."""
        query = (
            select(chain_transactions)
            .where(chain_transactions.c.state.in_([state.value for state in states]))
            .order_by(chain_transactions.c.lane, chain_transactions.c.nonce, chain_transactions.c.tx_id)
        )
        if lane is not None:
            query = query.where(chain_transactions.c.lane == lane)
        if limit is not None:
            query = query.limit(limit)
        return tuple(_transaction(row) for row in self._connection.execute(query).mappings())

    def transaction(self, tx_id: int) -> TransactionRecord | None:
        """One transaction, or None."""
        found = (
            self._connection.execute(select(chain_transactions).where(chain_transactions.c.tx_id == tx_id))
            .mappings()
            .first()
        )
        return None if found is None else _transaction(found)

    def change_transaction(self, transaction: TransactionRecord, **columns: Any) -> TransactionRecord | None:
        """The transaction after the change, or None where it is in another state by now."""
        row = {
            name: value.value if isinstance(value, TransactionState) else value
            for name, value in columns.items()
        }
        if row.get("succeeded") is not None:
            row["succeeded"] = int(row["succeeded"])
        found = self._connection.execute(
            update(chain_transactions)
            .where(
                chain_transactions.c.tx_id == transaction.tx_id,
                chain_transactions.c.state == transaction.state.value,
            )
            .values(row)
        )
        return replace(transaction, **columns) if found.rowcount == 1 else None

    def instruction_places(self, *, key: str, nonce: int) -> tuple[str, ...]:
        """Hashes of transactions whose events deal with this instruction, oldest first.

        The nonce of 256 bits stands in the event's values in decimal; nothing else is as long by chance.
        """
        return self._places(_OF_INSTRUCTIONS, key=key, nonce=nonce)

    def is_revoked(self, *, key: str, nonce: int) -> bool:
        """Whether the indexed chain says that the key gave the nonce up unused."""
        return bool(self._places(_OF_REVOCATIONS, key=key, nonce=nonce))

    def _places(self, events: Collection[str], *, key: str, nonce: int) -> tuple[str, ...]:
        rows = self._connection.execute(
            select(chain_events.c.tx_hash)
            .where(
                chain_events.c.event.in_(events),
                chain_events.c.args_json.contains(str(nonce), autoescape=True),
                chain_events.c.args_json.contains(key, autoescape=True),
            )
            .order_by(chain_events.c.block_number, chain_events.c.log_index)
        )
        return tuple(dict.fromkeys(tx_hash for (tx_hash,) in rows))

    # -- sign of life --

    def beat(self, beat: WorkerBeat) -> None:
        """Replace the worker's sign of life."""
        values = {
            "beat_at": beat.beat_at,
            "started_at": beat.started_at,
            "head_block": beat.head_block,
            "indexed_block": beat.indexed_block,
            "troubles_json": json.dumps(list(beat.troubles), ensure_ascii=False),
            "endpoints_json": json.dumps([asdict(each) for each in beat.endpoints], ensure_ascii=False),
        }
        changed = self._connection.execute(
            update(worker_beats).where(worker_beats.c.only_row == 1).values(values)
        )
        if changed.rowcount == 0:
            self._connection.execute(worker_beats.insert().values(only_row=1, **values))

    def last_beat(self) -> WorkerBeat | None:
        """The worker's last sign of life, or None where none ever ran."""
        found = self._connection.execute(select(worker_beats)).mappings().first()
        if found is None:
            return None
        return WorkerBeat(
            beat_at=found["beat_at"],
            started_at=found["started_at"],
            head_block=found["head_block"],
            indexed_block=found["indexed_block"],
            troubles=tuple(json.loads(found["troubles_json"])),
            endpoints=tuple(EndpointBeat(**each) for each in json.loads(found["endpoints_json"])),
        )


def _transaction(row: RowMapping) -> TransactionRecord:
    return TransactionRecord(
        tx_id=row["tx_id"],
        lane=row["lane"],
        nonce=row["nonce"],
        raw=bytes.fromhex(row["raw_hex"]),
        tx_hash=row["tx_hash"],
        state=TransactionState(row["state"]),
        waiting_for=row["waiting_for"],
        signed_at=row["signed_at"],
        first_sent_at=row["first_sent_at"],
        last_sent_at=row["last_sent_at"],
        sent_count=row["sent_count"],
        block_number=row["block_number"],
        block_hash=row["block_hash"],
        gas_used=row["gas_used"],
        succeeded=None if row["succeeded"] is None else bool(row["succeeded"]),
        replaced_by=row["replaced_by"],
    )
