"""A chain that others' nodes serve over JSON-RPC, with what the embedded chain offers beside its web3."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

from web3 import Web3

from counterfoil.chain import errors
from counterfoil.chain.endpoints.adjustable_clock import move_clock
from counterfoil.chain.endpoints.errors import CLOCK_STUCK, unusable
from counterfoil.chain.endpoints.network import Network
from counterfoil.chain.endpoints.pool import EndpointPool, http_transport
from counterfoil.chain.endpoints.provider import PoolProvider
from counterfoil.chain.endpoints.rules import PoolRules, PoolState
from counterfoil.chain.engines import EngineProfile
from counterfoil.chain.errors import EmbeddedChainError
from counterfoil.chain.event_reader import head_of
from counterfoil.chain.rpc import Rpc
from counterfoil.ports.engine import BlockHead

CLOCK_PATIENCE_S = 30.0
_CLOCK_POLL_S = 0.1


class RemoteChain:
    """A network that is asked through a pool of its endpoints."""

    def __init__(
        self,
        network: Network,
        *,
        rules: PoolRules | None = None,
        pool: EndpointPool | None = None,
        allow_time_travel: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Nobody is asked yet.

        pool: a test's; it is closed with the chain. allow_time_travel: whether the clock of a test network
        may be moved. clock: seconds since the epoch.
        """
        self._clock = clock
        self._allow_time_travel = allow_time_travel
        self.pool = pool or EndpointPool(network, rules=rules, transport=http_transport, clock=clock)
        self.pool.start()
        self.web3 = Web3(PoolProvider(self.pool))

    def __repr__(self) -> str:
        return "RemoteChain()"

    @property
    def profile(self) -> EngineProfile:
        """What is known of its engine."""
        return self.pool.network.profile

    def state(self) -> PoolState:
        """The endpoints as they were found last."""
        return self.pool.state()

    def trouble(self) -> str | None:
        """Why the network cannot be used as it should be, in a sentence; None where it can."""
        return self.pool.trouble()

    def now_s(self) -> int:
        """The time that a block made now would carry, as far as one can know: the wall clock's.

        Where the network's clock can be moved, that says nothing, and its newest block's time is told.
        """
        if self.pool.network.clock == "wall":
            return int(self._clock())
        return self._newest().time_s

    def advance_time(self, seconds: int) -> int:
        """Move a test network's clock, and wait until a block has its time; that time.

        Raises EmbeddedChainError TimeTravelRefused for a network on the wall clock or where it is not
        allowed, BadTimeStep, NetworkFileError NetworkFileInvalid for a clock that is none, and
        ChainError(Unavailable) ClockStuck.
        """
        path = self.pool.network.path
        if not self._allow_time_travel or self.pool.network.clock == "wall" or path is None:
            raise EmbeddedChainError(errors.TIME_TRAVEL_REFUSED, seconds=seconds)
        if seconds < 1:
            raise EmbeddedChainError(errors.BAD_TIME_STEP, seconds=seconds)
        target = self._newest().time_s + seconds
        move_clock(path.parent, seconds)
        deadline = time.monotonic() + CLOCK_PATIENCE_S
        while time.monotonic() < deadline:
            newest = self._newest().time_s
            if newest >= target:
                return newest
            time.sleep(_CLOCK_POLL_S)
        raise unusable(CLOCK_STUCK, time_s=target, waited_s=int(CLOCK_PATIENCE_S))

    def _newest(self) -> BlockHead:
        return head_of(Rpc(self.web3).request("eth_getBlockByNumber", "latest", False))

    def close(self) -> None:
        """Give threads and connections back. Harmless when repeated."""
        self.pool.close()

    def __enter__(self) -> RemoteChain:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
