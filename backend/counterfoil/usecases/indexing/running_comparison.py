"""The read model against the contracts' own views, scope by scope, while everything else goes on.

A run takes the state of one block as it is, and asks the contracts what they had at that block, some values
at a time. Each scope leaves a digest of either side; the first difference is kept in words and logged.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.ports.comparisons import ComparisonRecord
from counterfoil.ports.engine import ChainError
from counterfoil.ports.ledger import LedgerPort
from counterfoil.ports.store import StorePort
from counterfoil.usecases.books.compare_goods import Pairs
from counterfoil.usecases.books.compare_with_chain import ChainComparison, difference_in
from counterfoil.usecases.indexing.canonical_values import canonical
from counterfoil.usecases.read_model import FollowingReadModel

_log = logging.getLogger("counterfoil.indexing")

VALUES_A_STEP = 50
PAUSE_S = 60.0
"""How long after the begin of a run the next one begins, if there are new blocks."""
SHARE = 0.25
"""How much of the time a run takes at most; the rest of it belongs to commands and indexing."""


class RunningComparison:
    """Compares for ever, a step at a time. For one thread."""

    def __init__(
        self,
        ledger: LedgerPort,
        store: StorePort,
        read_model: FollowingReadModel,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause_s: float = PAUSE_S,
        share: float = SHARE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """now: for the results; monotonic: seconds, by which steps are spread. share: 1 spreads nothing."""
        self._ledger = ledger
        self._store = store
        self._read_model = read_model
        self._now = now
        self._pause_s = pause_s
        self._share = share
        self._monotonic = monotonic
        self._rests_until = 0.0
        self._run: _Run | None = None
        self._begun_at: datetime | None = None
        self._compared_block = -1

    def step(self) -> bool:
        """Compare some values; returns whether there is more to compare now, without a rest before.

        A run ends without a result where the chain takes blocks back meanwhile, or no longer has the state of
        its block; then ChainError is raised as it came.
        """
        began = self._monotonic()
        if began < self._rests_until:
            return False
        if self._run is None:
            if not self._is_due():
                return False
            self._begin()
        run = self._run
        if run is None or run.epoch != self._read_model.epoch:
            self._run = None
            return True
        try:
            found = run.go_on(VALUES_A_STEP)
        except ChainError:
            self._run = None
            raise
        if found is not None:
            self._keep(found)
        if run.is_done:
            self._run, self._compared_block = None, run.block_number
        ended = self._monotonic()
        self._rests_until = ended + (ended - began) * (1 / self._share - 1)
        return self._run is not None

    def run_once(self) -> tuple[ComparisonRecord, ...]:
        """Compare everything at the newest block, now; the result of each scope."""
        self._begin()
        run = self._run
        results = []
        while run is not None and not run.is_done:
            found = run.go_on(VALUES_A_STEP)
            if found is not None:
                self._keep(found)
                results.append(found)
        self._run = None
        return tuple(results)

    def _is_due(self) -> bool:
        if self._read_model.block_number <= self._compared_block:
            return False
        if self._begun_at is None:
            return True
        return (self._now() - self._begun_at).total_seconds() >= self._pause_s

    def _begin(self) -> None:
        self._begun_at = self._now()
        with self._read_model.reading() as view:
            if view.block_number < 0:
                return
            state, block_number, epoch = as_it_is(view.state), view.block_number, view.epoch
        scopes = ChainComparison(self._ledger, state, block_number).scopes()
        self._run = _Run(scopes, block_number=block_number, epoch=epoch, now=self._now)

    def _keep(self, found: ComparisonRecord) -> None:
        with self._store.begin() as work:
            work.comparisons.add(found)
        if not found.equal:
            # The values themselves are nobody's business but the operator's: they stand in the table.
            _log.error(
                "the read model differs from the chain",
                extra={"scope": found.scope, "block_number": found.block_number},
            )


class _Run:
    """One comparison of everything at one block."""

    def __init__(
        self,
        scopes: Iterable[tuple[str, Pairs]],
        *,
        block_number: int,
        epoch: int,
        now: Callable[[], datetime],
    ) -> None:
        self.block_number = block_number
        self.epoch = epoch
        self._now = now
        self._waiting = deque(scopes)
        self._sides = _Sides()

    @property
    def is_done(self) -> bool:
        """Whether every scope was compared."""
        return not self._waiting

    def go_on(self, values: int) -> ComparisonRecord | None:
        """Compare so many values more; the result of the scope that ended with them, if one did."""
        scope, pairs = self._waiting[0]
        for _ in range(values):
            pair = next(pairs, None)
            if pair is None:
                self._waiting.popleft()
                sides, self._sides = self._sides, _Sides()
                return ComparisonRecord(
                    compared_at=self._now(),
                    block_number=self.block_number,
                    scope=scope,
                    model_digest=sides.model.hexdigest(),
                    chain_digest=sides.chain.hexdigest(),
                    difference=sides.difference,
                )
            self._sides.add(*pair)
        return None


class _Sides:
    """The digests of a scope in the making."""

    def __init__(self) -> None:
        self.chain = hashlib.sha256()
        self.model = hashlib.sha256()
        self.difference: str | None = None

    def add(self, what: str, on_chain: Any, here: Any) -> None:
        """Take one value into either digest."""
        for digest, value in ((self.chain, on_chain), (self.model, here)):
            digest.update(f"{what}={canonical(value)}\n".encode())
        if self.difference is None:
            self.difference = difference_in(what, on_chain, here)


def as_it_is(state: LedgerState) -> LedgerState:
    """A state that stays as it is while the original goes on; the records in it are the same."""
    return LedgerState(**{each.name: copy(getattr(state, each.name)) for each in fields(state)})
