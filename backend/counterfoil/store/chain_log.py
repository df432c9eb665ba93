"""The chain's events in the store, with what follows from them, in one transaction with the checkpoint."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from counterfoil.domain.errors import DomainError, declare
from counterfoil.ports.chain_log import (
    BEFORE_ALL,
    INDEX_VERSION,
    KEPT_HEADS,
    NOTHING_READ,
    Checkpoint,
    EventPlace,
    IndexedEvent,
)
from counterfoil.ports.engine import BlockHead, EventRecord
from counterfoil.store.bulk import insert_rows
from counterfoil.store.json_forms import args_from_json, args_to_json
from counterfoil.store.schema import (
    chain_blocks,
    chain_checkpoint,
    chain_epochs,
    chain_events,
    event_parties,
    event_subjects,
    note_invoices,
    parties,
    recent_blocks,
)

LOG_OUT_OF_ORDER = declare(
    "ChainLogOutOfOrder",
    "blocks {first} to {last} do not follow on the checkpoint at block {checkpoint}: {reason}",
    "Read the chain from the block after the checkpoint.",
)

_EVENT_COLUMNS = (
    "block_number",
    "log_index",
    "tx_hash",
    "tx_index",
    "contract",
    "address",
    "event",
    "args_json",
    "acting_key",
)
_PAGE = 2_000
_LEADING = frozenset({"PartyRegistered", "NoteProposed"})
"""Events that other tables follow."""
_OF_THE_CHAIN = (event_parties, event_subjects, chain_events, chain_blocks, recent_blocks)


class SqlChainLog:
    """The ChainLog protocol on SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def checkpoint(self) -> Checkpoint:
        """How far all events are here."""
        newest = chain_checkpoint.c.block_number == recent_blocks.c.block_number
        found = self._connection.execute(
            select(chain_checkpoint, recent_blocks.c.block_time_s).outerjoin(recent_blocks, newest)
        ).first()
        if found is None:
            return Checkpoint()
        return Checkpoint(
            block_number=found.block_number,
            block_hash=found.block_hash,
            block_time_s=found.block_time_s or 0,
            epoch=found.epoch,
            index_version=found.index_version,
        )

    # -- writing --

    def append(self, blocks: Sequence[BlockHead], events: Sequence[IndexedEvent]) -> None:
        """Keep the blocks after the checkpoint with all their events, and move the checkpoint to the last.

        Raises DomainError ChainLogOutOfOrder where the blocks do not continue what is here, or an event is of
        none of them.
        """
        if not blocks:
            return
        before = self.checkpoint()
        _check_order(before, blocks, events)
        with_events: dict[int, None] = dict.fromkeys(each.record.block_number for each in events)
        insert_rows(
            self._connection,
            chain_blocks,
            ("block_number", "block_hash", "block_time_s"),
            [(each.number, each.block_hash, each.time_s) for each in blocks if each.number in with_events],
        )
        insert_rows(self._connection, chain_events, _EVENT_COLUMNS, map(_row, events))
        insert_rows(
            self._connection,
            event_subjects,
            ("subject", "block_number", "log_index"),
            (
                (subject, each.record.block_number, each.record.log_index)
                for each in events
                for subject in each.subjects
            ),
        )
        insert_rows(
            self._connection,
            event_parties,
            ("party_id", "block_number", "log_index"),
            (
                (party_id, each.record.block_number, each.record.log_index)
                for each in events
                for party_id in sorted(each.parties)
            ),
        )
        for each in events:
            if each.record.event in _LEADING:
                self._follow(each.record)
        self._keep_heads(blocks)
        self._move_checkpoint(before, blocks[-1].number, blocks[-1].block_hash)

    def roll_back(self, to_block: int) -> None:
        """Forget the blocks after this one, and what followed from their events; the epoch goes up.

        Raises DomainError ChainLogOutOfOrder for a block that is not among the recent ones.
        """
        before = self.checkpoint()
        hash_then = self._connection.scalar(
            select(recent_blocks.c.block_hash).where(recent_blocks.c.block_number == to_block)
        )
        if hash_then is None:
            raise DomainError(
                LOG_OUT_OF_ORDER,
                first=to_block + 1,
                last=before.block_number,
                checkpoint=before.block_number,
                reason=f"block {to_block} is not known by its hash",
            )
        self._unfollow(after_block=to_block)
        for table in _OF_THE_CHAIN:
            self._connection.execute(delete(table).where(table.c.block_number > to_block))
        self._connection.execute(update(chain_checkpoint).values(block_number=to_block, block_hash=hash_then))
        self._begin_epoch(before.epoch + 1, to_block)

    def clear(self) -> None:
        """Forget every block, so that they can be read anew; the epoch stays."""
        self._unfollow(after_block=NOTHING_READ)
        for table in _OF_THE_CHAIN:
            self._connection.execute(delete(table))
        self._connection.execute(
            update(chain_checkpoint).values(
                block_number=NOTHING_READ, block_hash=None, index_version=INDEX_VERSION
            )
        )

    def raise_epoch(self) -> None:
        """Tell whoever folded or read these events to begin anew."""
        self._begin_epoch(self.checkpoint().epoch + 1, NOTHING_READ)

    def epochs(self) -> tuple[tuple[int, int], ...]:
        """Each epoch after the first with the block down to which everything was taken back when it began."""
        rows = self._connection.execute(
            select(chain_epochs.c.epoch, chain_epochs.c.rolled_back_to).order_by(chain_epochs.c.epoch)
        )
        return tuple((row.epoch, row.rolled_back_to) for row in rows)

    def _begin_epoch(self, epoch: int, rolled_back_to: int) -> None:
        self._connection.execute(update(chain_checkpoint).values(epoch=epoch))
        self._connection.execute(insert(chain_epochs).values(epoch=epoch, rolled_back_to=rolled_back_to))

    def _move_checkpoint(self, before: Checkpoint, number: int, block_hash: str) -> None:
        if self._connection.scalar(select(func.count()).select_from(chain_checkpoint)) == 0:
            self._connection.execute(
                insert(chain_checkpoint).values(
                    only_row=1,
                    block_number=number,
                    block_hash=block_hash,
                    epoch=before.epoch,
                    index_version=INDEX_VERSION,
                )
            )
        else:
            self._connection.execute(
                update(chain_checkpoint).values(block_number=number, block_hash=block_hash)
            )

    def _keep_heads(self, blocks: Sequence[BlockHead]) -> None:
        insert_rows(
            self._connection,
            recent_blocks,
            ("block_number", "block_hash", "parent_hash", "block_time_s"),
            [(each.number, each.block_hash, each.parent_hash, each.time_s) for each in blocks[-KEPT_HEADS:]],
        )
        oldest = blocks[-1].number - KEPT_HEADS + 1
        self._connection.execute(delete(recent_blocks).where(recent_blocks.c.block_number < oldest))

    def _follow(self, event: EventRecord) -> None:
        if event.event == "PartyRegistered":
            self._connection.execute(
                update(parties)
                .where(parties.c.onboarding_hash == event.args["onboarding_hash"].hex())
                .values(party_id=event.args["party"])
            )
            return
        insert_rows(
            self._connection,
            note_invoices,
            ("note_id", "position", "fingerprint", "payable_minor", "amount_minor"),
            [
                (
                    event.args["note"],
                    position,
                    share["fingerprint"].hex(),
                    share["payable_minor"],
                    share["amount_minor"],
                )
                for position, share in enumerate(event.args["invoices"])
            ],
        )

    def _unfollow(self, *, after_block: int) -> None:
        if after_block == NOTHING_READ:
            self._connection.execute(delete(note_invoices))
            self._connection.execute(update(parties).values(party_id=None))
            return
        for event in self._matching(
            [chain_events.c.block_number > after_block, chain_events.c.event.in_(_LEADING)]
        ):
            if event.event == "PartyRegistered":
                self._connection.execute(
                    update(parties).where(parties.c.party_id == event.args["party"]).values(party_id=None)
                )
            else:
                self._connection.execute(
                    delete(note_invoices).where(note_invoices.c.note_id == event.args["note"])
                )

    # -- reading --

    def recent_heads(self) -> tuple[BlockHead, ...]:
        """The newest blocks, the newest one first."""
        rows = self._connection.execute(select(recent_blocks).order_by(recent_blocks.c.block_number.desc()))
        return tuple(
            BlockHead(
                number=row.block_number,
                block_hash=row.block_hash,
                parent_hash=row.parent_hash,
                time_s=row.block_time_s,
            )
            for row in rows
        )

    def page(
        self,
        *,
        after: EventPlace = BEFORE_ALL,
        up_to_block: int | None = None,
        events: Collection[str] | None = None,
        subjects: Collection[str] | None = None,
        party: int | None = None,
        limit: int = _PAGE,
    ) -> tuple[EventRecord, ...]:
        """The next events after a place, in the chain's order, at most `limit`.

        events: only those of these names; subjects: only those in the history of one of these; party: only
        those that concern it.
        """
        conditions = [_after(after)]
        if up_to_block is not None:
            conditions.append(chain_events.c.block_number <= up_to_block)
        if events is not None:
            conditions.append(chain_events.c.event.in_(sorted(events)))
        if subjects is not None:
            named = select(event_subjects.c.block_number, event_subjects.c.log_index).where(
                event_subjects.c.subject.in_(sorted(subjects))
            )
            conditions.append(tuple_(chain_events.c.block_number, chain_events.c.log_index).in_(named))
        if party is not None:
            # The place once more, on the table that is looked through: a feed asks for its end only.
            block, log = event_parties.c.block_number, event_parties.c.log_index
            theirs = select(block, log).where(
                event_parties.c.party_id == party,
                or_(
                    block > after.block_number,
                    and_(block == after.block_number, log > after.log_index),
                ),
            )
            conditions.append(tuple_(chain_events.c.block_number, chain_events.c.log_index).in_(theirs))
        return self._matching(conditions, limit)

    def read(self, *, after_block: int = NOTHING_READ) -> Iterator[EventRecord]:
        """All events after a block, in the chain's order, read page by page."""
        page = self.page(after=EventPlace(after_block + 1, -1))
        while page:
            yield from page
            page = self.page(after=EventPlace(page[-1].block_number, page[-1].log_index))

    def count(self) -> int:
        """How many events are here."""
        return int(self._connection.scalar(select(func.count()).select_from(chain_events)) or 0)

    def digest(self) -> str:
        """SHA-256 over every row that the chain's events determine, in order; equal tables, equal digest.

        The epoch is left out: it says what was taken back, not what is here.
        """
        found = hashlib.sha256()
        for table, columns in _DETERMINED:
            found.update(f"{table.name}\n".encode())
            wanted = select(*columns).order_by(*columns[: len(table.primary_key.columns)])
            rows = self._connection.execute(wanted.execution_options(yield_per=_PAGE))
            for row in rows:
                found.update(repr(tuple(row)).encode())
        return found.hexdigest()

    def _matching(
        self, conditions: Sequence[ColumnElement[bool]], limit: int | None = None
    ) -> tuple[EventRecord, ...]:
        rows = self._connection.execute(
            select(
                *(chain_events.c[name] for name in _EVENT_COLUMNS),
                chain_blocks.c.block_hash,
                chain_blocks.c.block_time_s,
            )
            .join_from(chain_events, chain_blocks)
            .where(and_(*conditions))
            .order_by(chain_events.c.block_number, chain_events.c.log_index)
            .limit(limit)
        )
        return tuple(_record(row) for row in rows)


def _determined(table: Table, *left_out: str) -> tuple[Table, list[Any]]:
    keys = [column.name for column in table.primary_key.columns]
    others = [column.name for column in table.c if column.name not in keys and column.name not in left_out]
    return table, [table.c[name] for name in (*keys, *others)]


_DETERMINED = (
    *map(_determined, (chain_blocks, chain_events, event_subjects, event_parties, note_invoices)),
    _determined(recent_blocks),
    _determined(chain_checkpoint, "epoch", "index_version"),
    (parties, [parties.c.party_key, parties.c.party_id]),
)


def _check_order(before: Checkpoint, blocks: Sequence[BlockHead], events: Sequence[IndexedEvent]) -> None:
    number, parent = before.block_number, before.block_hash
    reason = None
    for block in blocks:
        if block.number != number + 1:
            reason = f"block {block.number} does not follow block {number}"
        elif parent is not None and block.parent_hash != parent:
            reason = f"block {block.number} does not name block {number} as its parent"
        number, parent = block.number, block.block_hash
    first, last = blocks[0].number, blocks[-1].number
    hashes = {block.number: block.block_hash for block in blocks}
    if any(hashes.get(each.record.block_number) != each.record.block_hash for each in events):
        reason = "an event is of none of them"
    if reason is not None:
        raise DomainError(
            LOG_OUT_OF_ORDER, first=first, last=last, checkpoint=before.block_number, reason=reason
        )


def _after(place: EventPlace) -> ColumnElement[bool]:
    # Spelt out: SQLite does not use its index for a comparison of pairs.
    return or_(
        chain_events.c.block_number > place.block_number,
        and_(
            chain_events.c.block_number == place.block_number,
            chain_events.c.log_index > place.log_index,
        ),
    )


def _row(event: IndexedEvent) -> tuple[Any, ...]:
    record = event.record
    return (
        record.block_number,
        record.log_index,
        record.tx_hash,
        record.tx_index,
        record.contract,
        record.address,
        record.event,
        args_to_json(record.args),
        record.acting_key,
    )


def _record(row: Row[*tuple[Any, ...]]) -> EventRecord:
    # Taken apart in one step: by name, each value would be looked up on its own, for millions of rows.
    number, index, tx_hash, tx_index, contract, address, event, args_json, key, block_hash, time_s = row
    return EventRecord(
        block_number=number,
        block_hash=block_hash,
        block_time_s=time_s,
        tx_hash=tx_hash,
        tx_index=tx_index,
        log_index=index,
        contract=contract,
        address=address,
        event=event,
        args=args_from_json(args_json),
        acting_key=key,
    )
