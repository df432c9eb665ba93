"""A chain inside this process, from packages alone, whose blocks survive a killed process.

chain = open_embedded_chain(Path("ledger"))
chain.web3.eth.block_number
chain.close()
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from web3 import Web3

from counterfoil.chain import errors
from counterfoil.chain.embedded.kv import DirectoryLock
from counterfoil.chain.embedded.ledger import (
    DEFAULT_BLOCK_GAS_LIMIT,
    DEFAULT_CHAIN_ID,
    ChainIdentity,
    EmbeddedLedger,
)
from counterfoil.chain.embedded.provider import EmbeddedProvider
from counterfoil.chain.errors import EmbeddedChainError

__all__ = [
    "DEFAULT_BLOCK_GAS_LIMIT",
    "DEFAULT_CHAIN_ID",
    "ChainIdentity",
    "EmbeddedChain",
    "EmbeddedChainError",
    "open_embedded_chain",
]


class EmbeddedChain:
    """An open chain. Use it through `web3`; close it, or use it as a context manager."""

    def __init__(
        self, directory: Path, lock: DirectoryLock, ledger: EmbeddedLedger, *, allow_time_travel: bool
    ) -> None:
        self.directory = directory
        self._lock = lock
        self._ledger = ledger
        self._allow_time_travel = allow_time_travel
        self._provider = EmbeddedProvider(ledger, directory)
        self.web3 = Web3(self._provider)

    @property
    def identity(self) -> ChainIdentity:
        """Chain id, genesis and limits, fixed when the chain was created."""
        return self._ledger.identity

    def now_s(self) -> int:
        """The chain's clock, in seconds since the epoch: the time that a block made now would carry."""
        with self._provider.lock:
            self._provider.check_open()
            return self._ledger.next_block_time_s()

    def clock_offset_s(self) -> int:
        """By how many seconds the chain's clock runs ahead of the wall clock."""
        with self._provider.lock:
            self._provider.check_open()
            return self._ledger.clock_offset_s

    def advance_time(self, seconds: int) -> int:
        """Move the chain's clock ahead and make an empty block there; returns the new time in epoch seconds.

        For demos and tests: raises EmbeddedChainError(TimeTravelRefused) unless the chain was opened for it,
        and BadTimeStep for anything but a positive whole number. The new clock is as durable as a block.
        """
        with self._provider.lock:
            self._provider.check_open()
            if not self._allow_time_travel:
                raise EmbeddedChainError(errors.TIME_TRAVEL_REFUSED)
            if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds < 1:
                raise EmbeddedChainError(errors.BAD_TIME_STEP, seconds=seconds)
            return self._ledger.advance_clock(seconds)

    def verify(self) -> None:
        """Read the whole store and the whole chain; raises EmbeddedChainError on damage.

        Takes time in proportion to the chain. A killed process leaves nothing to verify; a bad disk or a copy
        may.
        """
        with self._provider.lock:
            self._provider.check_open()
            self._ledger.verify()

    def close(self) -> None:
        """Close the store and give the lock up. Harmless when repeated."""
        with self._provider.lock:
            if self._provider.is_connected():
                self._provider.mark_closed()
                self._ledger.close()
                self._lock.release()

    def __enter__(self) -> EmbeddedChain:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_embedded_chain(
    directory: Path,
    *,
    allow_time_travel: bool = False,
    chain_id: int | None = None,
    block_gas_limit: int | None = None,
    clock: Callable[[], float] = time.time,
) -> EmbeddedChain:
    """Open the chain in a directory, creating both where they do not exist.

    chain_id, block_gas_limit: None takes the stored value, or the default for a new chain; another value than
    the stored one is refused. clock: seconds since the epoch. Raises EmbeddedChainError: ChainLocked,
    ChainMismatch, ChainStoreCorrupt, ChainStoreFailed.
    """
    directory.mkdir(parents=True, exist_ok=True)
    lock = DirectoryLock(directory)
    try:
        ledger = EmbeddedLedger(directory, chain_id=chain_id, block_gas_limit=block_gas_limit, clock=clock)
    except BaseException:
        lock.release()
        raise
    return EmbeddedChain(directory, lock, ledger, allow_time_travel=allow_time_travel)
