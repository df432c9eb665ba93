"""The chain's events in the store, with what follows from them, in one transaction with the checkpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from counterfoil.domain.errors import DomainError, declare
from counterfoil.ports.engine import EventRecord
from counterfoil.store.json_forms import args_from_json, args_to_json
from counterfoil.store.schema import (
    chain_blocks,
    chain_checkpoint,
    chain_events,
    chain_senders,
    note_invoices,
    parties,
)

LOG_OUT_OF_ORDER = declare(
    "ChainLogOutOfOrder",
    "events up to block {up_to_block} do not follow on the checkpoint at block {checkpoint}",
    "Read the chain from the block after the checkpoint.",
)

NOTHING_READ = -1


class SqlChainLog:
    """The ChainLog protocol on SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def checkpoint(self) -> int:
        """The block up to which all events are here; -1 before the first reading."""
        found = self._connection.scalar(select(chain_checkpoint.c.block_number))
        return NOTHING_READ if found is None else int(found)

    def append(self, events: Sequence[EventRecord], *, senders: Mapping[str, str], up_to_block: int) -> None:
        """Keep the events after the checkpoint up to a block, and move the checkpoint there.

        senders: who signed, by transaction, where it matters. Raises DomainError ChainLogOutOfOrder for an
        event outside these blocks and for a checkpoint that goes back.
        """
        before = self.checkpoint()
        if up_to_block < before or any(not before < each.block_number <= up_to_block for each in events):
            raise DomainError(LOG_OUT_OF_ORDER, checkpoint=before, up_to_block=up_to_block)
        blocks = {event.block_number: event for event in events}
        for number, event in sorted(blocks.items()):
            self._connection.execute(
                insert(chain_blocks).values(
                    block_number=number, block_hash=event.block_hash, block_time_s=event.block_time_s
                )
            )
        if events:
            self._connection.execute(insert(chain_events), [_row(event) for event in events])
        for tx_hash, sender in senders.items():
            self._connection.execute(insert(chain_senders).values(tx_hash=tx_hash, sender=sender))
        for event in events:
            self._follow(event)
        if before == NOTHING_READ:
            self._connection.execute(insert(chain_checkpoint).values(only_row=1, block_number=up_to_block))
        else:
            self._connection.execute(update(chain_checkpoint).values(block_number=up_to_block))

    def read(self, *, after_block: int = NOTHING_READ) -> tuple[EventRecord, ...]:
        """The events after a block, in the chain's order."""
        rows = self._connection.execute(
            select(chain_events, chain_blocks.c.block_hash, chain_blocks.c.block_time_s)
            .join_from(chain_events, chain_blocks)
            .where(chain_events.c.block_number > after_block)
            .order_by(chain_events.c.block_number, chain_events.c.log_index)
        )
        return tuple(_record(row) for row in rows)

    def senders(self) -> Mapping[str, str]:
        """Who signed, by transaction, for those that were kept with a sender."""
        return {row.tx_hash: row.sender for row in self._connection.execute(select(chain_senders))}

    def count(self) -> int:
        """How many events are here."""
        return int(self._connection.scalar(select(func.count()).select_from(chain_events)) or 0)

    def _follow(self, event: EventRecord) -> None:
        if event.event == "PartyRegistered":
            self._connection.execute(
                update(parties)
                .where(parties.c.onboarding_hash == event.args["onboarding_hash"].hex())
                .values(party_id=event.args["party"])
            )
        elif event.event == "NoteProposed":
            self._connection.execute(
                insert(note_invoices),
                [
                    {
                        "note_id": event.args["note"],
                        "position": position,
                        "fingerprint": share["fingerprint"].hex(),
                        "payable_minor": share["payable_minor"],
                        "amount_minor": share["amount_minor"],
                    }
                    for position, share in enumerate(event.args["invoices"])
                ],
            )


def _row(event: EventRecord) -> dict[str, Any]:
    return {
        "block_number": event.block_number,
        "log_index": event.log_index,
        "tx_hash": event.tx_hash,
        "tx_index": event.tx_index,
        "contract": event.contract,
        "address": event.address,
        "event": event.event,
        "args_json": args_to_json(event.args),
    }


def _record(row: Row[Any]) -> EventRecord:
    return EventRecord(
        block_number=row.block_number,
        block_hash=row.block_hash,
        block_time_s=row.block_time_s,
        tx_hash=row.tx_hash,
        tx_index=row.tx_index,
        log_index=row.log_index,
        contract=row.contract,
        address=row.address,
        event=row.event,
        args=args_from_json(row.args_json),
    )
