"""A chain that somebody's node serves over JSON-RPC, with what the embedded chain offers beside its web3."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

from web3 import HTTPProvider, Web3

from counterfoil.chain import errors
from counterfoil.chain.errors import EmbeddedChainError

TIMEOUT_S = 30


class RemoteChain:
    """An address that is asked; nothing is held open between two questions."""

    def __init__(self, url: str, *, clock: Callable[[], float] = time.time) -> None:
        """url: http or https; it may have a password in it. clock: seconds since the epoch."""
        self._clock = clock
        # No retries in here: the caller knows what may be asked again, and what must not be sent again.
        self.web3 = Web3(
            HTTPProvider(url, request_kwargs={"timeout": TIMEOUT_S}, exception_retry_configuration=None)
        )

    def __repr__(self) -> str:
        return "RemoteChain()"

    def now_s(self) -> int:
        """The time that a block made now would carry, as far as one can know: the wall clock's."""
        return int(self._clock())

    def advance_time(self, seconds: int) -> int:
        """Refused: raises EmbeddedChainError TimeTravelRefused."""
        raise EmbeddedChainError(errors.TIME_TRAVEL_REFUSED, seconds=seconds)

    def close(self) -> None:
        """Nothing to give back."""

    def __enter__(self) -> RemoteChain:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
