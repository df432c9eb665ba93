"""The read model: the fold of the chain's events, kept in the store and cached in the process.

The chain is the truth, the store its copy, the fold the copy's picture in memory. A FollowingReadModel looks
at the store alone; a ReadModel brings the store up to the chain as well, and only one process does that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from counterfoil.domain.errors import CounterfoilError, declare
from counterfoil.domain.events.ledger_events import LedgerEvent, Recorded
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.subjects import subjects_in_history
from counterfoil.ports.chain_log import BEFORE_ALL, Checkpoint, EventPlace
from counterfoil.ports.engine import EventRecord
from counterfoil.ports.ledger import LedgerPort
from counterfoil.ports.store import StorePort
from counterfoil.usecases.indexing.event_fold import Beside, Decode, EventFold
from counterfoil.usecases.indexing.indexer import At, Indexer, Rebuilt, nowhere
from counterfoil.usecases.indexing.reading_lock import ReadingLock

READ_MODEL_BROKEN = declare(
    "ReadModelBroken",
    "the stored events do not fit each other, so that no state can be shown",
    "Build the store's copy of the chain anew: counterfoil ledger rebuild.",
)
HISTORY_CHANGED = declare(
    "HistoryChanged",
    "the chain took blocks back while its history was read",
    "Ask again.",
)

_PAGE = 2_000
_EVENTS_A_SLICE = 250
"""How many events readers wait for at once; a block is never shown in part, so it may be more."""


@dataclass(frozen=True, slots=True)
class View:
    """The state at a block. Read it inside the `with` block that gave it; never change it.

    epoch: how often the chain took blocks back. beside: what else was folded from the same events.
    """

    state: LedgerState
    block_number: int
    block_time_s: int
    epoch: int
    beside: Any


class FollowingReadModel:
    """The ledger's state as far as the store has its events."""

    def __init__(
        self, store: StorePort, decode: Decode, *, beside: Callable[[], Beside] | None = None
    ) -> None:
        """beside: makes what else is folded; called again whenever everything is folded anew."""
        self._store = store
        self._decode = decode
        self._beside = beside
        self._folding = threading.RLock()
        self._guard = ReadingLock()
        self._fold = self._new_fold(epoch=0)
        self._broken = False

    # -- reading --

    @property
    def state(self) -> LedgerState:
        """The state; read it, never change it. Where other threads fold meanwhile, use `reading`."""
        return self._fold.state

    @property
    def block_number(self) -> int:
        """The block at which the state holds; -1 before the first."""
        return self._fold.block_number

    @property
    def epoch(self) -> int:
        """How often the chain took blocks back."""
        return self._fold.epoch

    @property
    def beside(self) -> Any:
        """What else was folded from the same events; None where nothing was."""
        return self._fold.beside

    @property
    def block(self) -> tuple[int, int]:
        """Number and time of the newest block that was folded, in seconds since the epoch."""
        fold = self._fold
        return fold.block_number, fold.block_time_s

    @contextmanager
    def reading(self) -> Iterator[View]:
        """The state at a whole block; it stays as it is until the block ends.

        Readers do not wait for each other. Raises CounterfoilError ReadModelBroken after events that did not
        fit.
        """
        with self._guard.reading():
            if self._broken:
                raise CounterfoilError(READ_MODEL_BROKEN)
            fold = self._fold
            yield View(fold.state, fold.block_number, fold.block_time_s, fold.epoch, fold.beside)

    def history(self, *kinds: type[LedgerEvent]) -> Iterator[Recorded]:
        """Every event that the state was folded from, in order, read from the store as it is asked for.

        kinds: only events of these classes. Raises CounterfoilError HistoryChanged where the chain took
        blocks back in between.
        """
        yield from self._stored(events=[kind.__name__ for kind in kinds] or None)

    def history_of(self, subject: str, *kinds: type[LedgerEvent]) -> Iterator[Recorded]:
        """The events in the history of one object ('note:5', 'lot:5.1.0', 'bill:1'); see `history`."""
        yield from self._stored(
            events=[kind.__name__ for kind in kinds] or None, subjects=subjects_in_history(subject)
        )

    def _stored(
        self, *, events: Sequence[str] | None, subjects: Sequence[str] | None = None
    ) -> Iterator[Recorded]:
        after, last, epoch = BEFORE_ALL, self._fold.block_number, self._fold.epoch
        while True:
            with self._store.read() as work:
                if work.chain_log.checkpoint().epoch != epoch:
                    raise CounterfoilError(HISTORY_CHANGED)
                page = work.chain_log.page(
                    after=after, up_to_block=last, events=events, subjects=subjects, limit=_PAGE
                )
            for record in page:
                recorded = self._decode(record)
                if recorded is not None:
                    yield recorded
            if len(page) < _PAGE:
                return
            after = _place_of(page[-1])

    # -- following the store --

    def sync(self) -> None:
        """Bring the state up to what there is to know."""
        self.follow()

    def follow(self) -> bool:
        """Fold what the store has and this process has not seen; returns whether there was anything.

        Readers see whole blocks only. Where the store took blocks back, everything is folded anew aside, and
        readers keep the former state until that is done. Raises DomainError ProjectionMismatch where events
        do not fit each other.
        """
        with self._folding:
            checkpoint = self._checkpoint()
            moved = False
            while not self._is_at(checkpoint):
                moved = True
                if self._broken or checkpoint.epoch != self._fold.epoch or self._is_beyond(checkpoint):
                    fresh = self._new_fold(epoch=checkpoint.epoch)
                    self._catch_up(fresh, checkpoint, shown=False)
                    with self._guard.writing():
                        self._fold, self._broken = fresh, False
                else:
                    self._catch_up(self._fold, checkpoint, shown=True)
                checkpoint = self._checkpoint()
            return moved

    def _checkpoint(self) -> Checkpoint:
        with self._store.read() as work:
            return work.chain_log.checkpoint()

    def _is_at(self, checkpoint: Checkpoint) -> bool:
        here = (self._fold.epoch, self._fold.block_number)
        return not self._broken and here == (checkpoint.epoch, checkpoint.block_number)

    def _is_beyond(self, checkpoint: Checkpoint) -> bool:
        return self._fold.block_number > checkpoint.block_number

    def _catch_up(self, fold: EventFold, checkpoint: Checkpoint, *, shown: bool) -> None:
        """Fold up to the checkpoint, or as far as the store stays in its epoch."""
        after = EventPlace(fold.block_number + 1, -1)
        waiting: list[Recorded] = []
        while True:
            with self._store.read() as work:
                if work.chain_log.checkpoint().epoch != checkpoint.epoch:
                    return
                page = work.chain_log.page(after=after, up_to_block=checkpoint.block_number, limit=_PAGE)
            for record in page:
                recorded = self._decode(record)
                if recorded is None:
                    continue
                if len(waiting) >= _EVENTS_A_SLICE and recorded.block_number != waiting[-1].block_number:
                    self._take(fold, waiting, shown=shown)
                    waiting = []
                waiting.append(recorded)
            if len(page) < _PAGE:
                break
            after = _place_of(page[-1])
        self._take(fold, waiting, shown=shown, up_to=checkpoint)

    def _take(
        self, fold: EventFold, recorded: Sequence[Recorded], *, shown: bool, up_to: Checkpoint | None = None
    ) -> None:
        if not shown:
            self._take_alone(fold, recorded, up_to)
            return
        with self._guard.writing():
            self._broken = True
            self._take_alone(fold, recorded, up_to)
            self._broken = False

    @staticmethod
    def _take_alone(fold: EventFold, recorded: Sequence[Recorded], up_to: Checkpoint | None) -> None:
        fold.take(recorded)
        if up_to is not None:
            fold.block_number, fold.block_time_s = up_to.block_number, up_to.block_time_s
        elif recorded:
            fold.block_number, fold.block_time_s = recorded[-1].block_number, recorded[-1].at_s

    def _new_fold(self, *, epoch: int) -> EventFold:
        return EventFold(beside=None if self._beside is None else self._beside(), epoch=epoch)


class ReadModel(FollowingReadModel):
    """The same, in the process that brings the store up to the chain."""

    def __init__(
        self,
        ledger: LedgerPort,
        store: StorePort,
        *,
        beside: Callable[[], Beside] | None = None,
        at: At = nowhere,
    ) -> None:
        """at: told of each durable step, before and after; tests of crashes end the process there."""
        super().__init__(store, ledger.decode, beside=beside)
        self._indexer = Indexer(ledger, store, at=at)

    def sync(self) -> None:
        """Read what the chain has beyond the store, keep it, and fold it.

        Raises ChainError where the chain does not answer in full, StoreAheadOfChain where the two do not
        belong together, ReorganisationTooDeep where the chain took more blocks back than are kept in mind,
        DomainError ProjectionMismatch where events do not fit each other.
        """
        while self.index_some():
            pass

    def index_some(self) -> bool:
        """One step of `sync`: one batch of blocks. Returns whether there may be more."""
        with self._folding:
            self.follow()
            found = self._indexer.look(self._fold.block_number)
            if isinstance(found, bool):
                return found
            with self._guard.writing():
                # Until the commit the state is ahead of the store: after a failure it is folded anew.
                self._broken = True
                self._indexer.keep(found, self._fold)
                self._broken = False
            return True

    def rebuild(self) -> Rebuilt:
        """Read every block anew into the same tables, in one transaction, and fold anew."""
        with self._folding:
            rebuilt = self._indexer.rebuild()
            self.follow()
            return rebuilt


def _place_of(record: EventRecord) -> EventPlace:
    return EventPlace(record.block_number, record.log_index)
