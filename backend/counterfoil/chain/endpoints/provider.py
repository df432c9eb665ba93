"""The pool as a web3 provider: what web3 and our own requests go through."""

from __future__ import annotations

from typing import Any, cast

from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

from counterfoil.chain.endpoints.pool import EndpointPool
from counterfoil.ports.engine import ChainError


class PoolProvider(JSONBaseProvider):
    """Single requests and batches over a pool. Raises ChainError where no endpoint gave a usable answer."""

    def __init__(self, pool: EndpointPool) -> None:
        super().__init__()
        self._pool = pool

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """The answer to one request."""
        (answer,) = self._pool.ask([(method, params)])
        return cast(RPCResponse, answer)

    def make_batch_request(self, requests: list[tuple[RPCEndpoint, Any]]) -> list[RPCResponse] | RPCResponse:
        """One answer a request, in their order, numbered from 0."""
        return cast(list[RPCResponse], self._pool.ask(list(requests)))

    def complain(self, reason: str) -> None:
        """Tell that the last answer to this thread cannot be true."""
        self._pool.distrust_last(reason)

    def is_connected(self, show_traceback: bool = False) -> bool:
        """Whether an endpoint answers."""
        try:
            self.make_request(RPCEndpoint("eth_chainId"), [])
        except ChainError:
            if show_traceback:
                raise
            return False
        return True
