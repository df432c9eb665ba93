"""The read model: the fold of the chain's events, kept in the store and cached in the process.

The chain is the truth. Whatever the store misses after a crash is read again from the block after its
checkpoint, and events and checkpoint are kept in one transaction, so that none is lost or counted twice.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

from counterfoil.domain.errors import CounterfoilError, declare
from counterfoil.domain.events.ledger_events import Recorded
from counterfoil.domain.projection.fold import apply
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.ports.engine import EventRecord
from counterfoil.ports.ledger import LedgerPort
from counterfoil.ports.store import StorePort

STORE_AHEAD = declare(
    "StoreAheadOfChain",
    "the store has events up to block {store_block}, but the chain ends at block {chain_block}",
    "Chain and store do not belong together: restore both from the same backup, or remove the store's copy.",
)

_SIGNATURES = frozenset({"NoteProposed", "NoteConfirmed"})


class ReadModel:
    """The ledger's state at the newest block that was read."""

    def __init__(self, ledger: LedgerPort, store: StorePort) -> None:
        self._ledger = ledger
        self._store = store
        self._lock = threading.RLock()
        self._state = LedgerState()
        self._history: list[Recorded] = []
        self._folded_block = -1

    @property
    def state(self) -> LedgerState:
        """The state; read it, never change it."""
        return self._state

    @property
    def block_number(self) -> int:
        """The block at which the state holds."""
        return self._folded_block

    @property
    def history(self) -> tuple[Recorded, ...]:
        """Every event that the state was folded from, in order."""
        return tuple(self._history)

    def sync(self) -> None:
        """Read what the chain has beyond the store, keep it, and fold it.

        Raises ChainError where the chain does not answer, StoreAheadOfChain where the two do not belong
        together, DomainError ProjectionMismatch where events do not fit each other.
        """
        with self._lock:
            self._fold_stored()
            self._extend()

    def _fold_stored(self) -> None:
        """Fold what the store has and this process has not seen: all of it at the start."""
        with self._store.begin() as work:
            checkpoint = work.chain_log.checkpoint()
            if checkpoint <= self._folded_block:
                return
            stored = work.chain_log.read(after_block=self._folded_block)
            senders = work.chain_log.senders()
        self._fold(stored, senders, checkpoint)

    def _extend(self) -> None:
        head, _ = self._ledger.head()
        if head < self._folded_block:
            raise CounterfoilError(STORE_AHEAD, store_block=self._folded_block, chain_block=head)
        if head == self._folded_block:
            return
        fresh = tuple(self._ledger.events(from_block=self._folded_block + 1, to_block=head))
        signed = dict.fromkeys(record.tx_hash for record in fresh if record.event in _SIGNATURES)
        senders = {tx_hash: self._ledger.sender_of(tx_hash) for tx_hash in signed}
        with self._store.begin() as work:
            work.chain_log.append(fresh, senders=senders, up_to_block=head)
        self._fold(fresh, senders, head)

    def _fold(self, records: tuple[EventRecord, ...], senders: Mapping[str, str], up_to_block: int) -> None:
        for record in records:
            recorded = self._ledger.decode(record, sender=senders.get(record.tx_hash))
            if recorded is not None:
                apply(self._state, recorded)
                self._history.append(recorded)
        self._folded_block = up_to_block
