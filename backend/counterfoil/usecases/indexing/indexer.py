"""From the chain into the store: complete blocks, each once, in order, and back where the chain turns back.

A batch of blocks with all that follows from them is one database transaction with the checkpoint. What a node
leaves out, mixes up or answers late is no answer: nothing of it is kept, and it is asked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from counterfoil.domain.errors import CounterfoilError, declare
from counterfoil.ports.chain_log import INDEX_VERSION, NOTHING_READ
from counterfoil.ports.engine import BlockEvents, BlockHead
from counterfoil.ports.ledger import LedgerPort
from counterfoil.ports.store import StorePort, UnitOfWork
from counterfoil.usecases.indexing.event_fold import EventFold

STORE_AHEAD = declare(
    "StoreAheadOfChain",
    "the store has events up to block {store_block}, but the chain ends at block {chain_block}",
    "Chain and store do not belong together: restore both from the same backup, or remove the store's copy."
    " A node that lags behind is asked again by itself.",
)
TOO_DEEP = declare(
    "ReorganisationTooDeep",
    "the chain has other blocks than the store from block {oldest_known} or earlier on; that is more than can"
    " be taken back",
    "Find out why the chain changed so far back. If its present course is right, run counterfoil ledger"
    " rebuild.",
)

_HASHES_AT_ONCE = 16


class At(Protocol):
    """Told where the process is: before and after each durable step."""

    def __call__(self, point: str, /) -> None: ...


def nowhere(_point: str, /) -> None:
    """Takes no notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a rebuild found. same: the tables are, byte for byte, what they were."""

    blocks: int
    events: int
    same: bool


class Indexer:
    """Reads on from the store's checkpoint. One at a time, in one process."""

    def __init__(self, ledger: LedgerPort, store: StorePort, *, at: At = nowhere) -> None:
        self._ledger = ledger
        self._store = store
        self._at = at

    def look(self, checkpoint_block: int) -> bool | tuple[BlockEvents, ...]:
        """The next blocks to keep; False where there are none, True where the store was changed instead.

        Raises ChainError(Unavailable) for answers that do not fit together, StoreAheadOfChain and
        ReorganisationTooDeep.
        """
        with self._store.read() as work:
            checkpoint = work.chain_log.checkpoint()
        if checkpoint.block_number != checkpoint_block:
            return True
        if checkpoint_block != NOTHING_READ and checkpoint.index_version != INDEX_VERSION:
            self.rebuild()
            return True
        newest = self._ledger.newest_block()
        if newest.number == checkpoint_block and checkpoint.block_hash in (None, newest.block_hash):
            return False
        if newest.number <= checkpoint_block:
            self._see_why_shorter(newest)
            return True
        blocks = self._ledger.read_blocks(from_block=checkpoint_block + 1, to_block=newest.number)
        if checkpoint.block_hash is not None and blocks[0].block.parent_hash != checkpoint.block_hash:
            self._turn_back()
            return True
        return blocks

    def keep(self, blocks: Sequence[BlockEvents], fold: EventFold) -> None:
        """Keep blocks that follow on the checkpoint, with their events folded and indexed.

        Where this raises, the store is as it was and the fold is not: fold anew.
        """
        with self._store.begin() as work:
            self._append(work, blocks, fold)
            self._at("index.before_commit")
        self._at("index.after_commit")

    def rebuild(self) -> Rebuilt:
        """Read everything anew up to the checkpoint's block, into the same tables, in one transaction.

        Takes time in proportion to the chain, and other writers wait. If anything comes out otherwise than it
        was, the epoch goes up, so that whoever folded the former events begins anew. It needs nothing of what
        is there to be right; a store that is ahead of the chain ends where the chain ends.
        """
        newest = self._ledger.newest_block().number
        with self._store.begin() as work:
            log = work.chain_log
            last, before = min(log.checkpoint().block_number, newest), log.digest()
            log.clear()
            fold, events = EventFold(), 0
            while fold.block_number < last:
                blocks = self._ledger.read_blocks(from_block=fold.block_number + 1, to_block=last)
                self._append(work, blocks, fold)
                events += sum(len(each.events) for each in blocks)
            same = log.digest() == before
            if not same:
                log.raise_epoch()
            self._at("rebuild.before_commit")
        self._at("rebuild.after_commit")
        return Rebuilt(blocks=last + 1, events=events, same=same)

    def _append(self, work: UnitOfWork, blocks: Sequence[BlockEvents], fold: EventFold) -> None:
        records = (record for each in blocks for record in each.events)
        indexed = fold.take_and_index(records, self._ledger.decode)
        work.chain_log.append([each.block for each in blocks], indexed)
        fold.block_number, fold.block_time_s = blocks[-1].block.number, blocks[-1].block.time_s

    def _see_why_shorter(self, newest: BlockHead) -> None:
        """The chain is no longer than the store and ends otherwise: another branch, or a node that lags."""
        with self._store.read() as work:
            heads = work.chain_log.recent_heads()
        if any((each.number, each.block_hash) == (newest.number, newest.block_hash) for each in heads):
            raise CounterfoilError(STORE_AHEAD, store_block=heads[0].number, chain_block=newest.number)
        self._turn_back()

    def _turn_back(self) -> None:
        """Take back every block that the chain has no longer."""
        with self._store.read() as work:
            known = work.chain_log.recent_heads()
        ancestor = self._common_ancestor(known)
        with self._store.begin() as work:
            work.chain_log.roll_back(ancestor)
            self._at("roll_back.before_commit")
        self._at("roll_back.after_commit")

    def _common_ancestor(self, known: Sequence[BlockHead]) -> int:
        """The newest block that chain and store have both. known: the newest one first."""
        for start in range(0, len(known), _HASHES_AT_ONCE):
            some = known[start : start + _HASHES_AT_ONCE]
            found = self._ledger.block_heads([each.number for each in some])
            for here, there in zip(some, found, strict=True):
                if there is not None and there.block_hash == here.block_hash:
                    return here.number
        raise CounterfoilError(TOO_DEEP, oldest_known=known[-1].number if known else 0)
