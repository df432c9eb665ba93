"""JSON-RPC batches to one node over connections that stay open.

Not a web3 provider: those build every request through a chain of middleware and encoders, and open up what
they get once more. Here a batch is one string out and one string in.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Protocol

from urllib3 import HTTPConnectionPool, Retry, Timeout
from urllib3 import connection_from_url as open_pool
from urllib3.exceptions import HTTPError

from counterfoil.chain.errors import unavailable
from counterfoil.chain.rpc import RpcError, result_of
from counterfoil.ports.engine import ChainError

Request = tuple[str, list[Any]]
_HEADERS = {"content-type": "application/json"}


class AsksNode(Protocol):
    """Whatever answers batches; counterfoil.chain.rpc.Rpc does too."""

    def batch(self, requests: Sequence[Request]) -> list[Any]:
        """Each request's result, or its RpcError or ChainError, in order.

        Raises ChainError(Unavailable) where nothing of it was answered.
        """
        ...


class NodeConnections:
    """Open connections to one node; threads may share it."""

    def __init__(self, url: str, *, connections: int = 4, timeout_s: float = 30.0) -> None:
        """url: http or https. connections: kept open at most; a thread that finds none free waits."""
        self._path = "/" + url.split("//", 1)[1].partition("/")[2]
        self._pool: HTTPConnectionPool = open_pool(
            url, maxsize=connections, block=True, timeout=Timeout(timeout_s), retries=Retry(False)
        )

    def __repr__(self) -> str:
        return f"NodeConnections({self._pool.host}:{self._pool.port})"

    def batch(self, requests: Sequence[Request]) -> list[Any]:
        """As AsksNode.batch. Nothing is asked a second time in here: the caller knows what may be."""
        if not requests:
            return []
        told = json.dumps(
            [
                {"jsonrpc": "2.0", "id": place, "method": method, "params": params}
                for place, (method, params) in enumerate(requests)
            ],
            separators=(",", ":"),
        )
        try:
            response = self._pool.urlopen("POST", self._path, body=told.encode(), headers=_HEADERS)
            answers = json.loads(response.data)
        except (HTTPError, OSError, ValueError) as silent:
            raise unavailable(f"batch of {len(requests)}: {silent!r}") from silent
        return _in_order(requests, answers)

    def close(self) -> None:
        """End the connections."""
        self._pool.close()


def _in_order(requests: Sequence[Request], answers: Any) -> list[Any]:
    """One answer a request, whatever order they came in; a missing or a second one makes all of them void."""
    if not isinstance(answers, list):
        raise unavailable(f"batch of {len(requests)}: not a list of answers: {str(answers)[:200]}")
    by_place = {each.get("id"): each for each in answers if isinstance(each, dict)}
    if len(answers) != len(requests) or set(by_place) != set(range(len(requests))):
        # One answer twice and another one not at all would pass for the other one.
        raise unavailable(f"batch of {len(requests)}: the answers do not each name a request")
    results: list[Any] = []
    for place, (method, _) in enumerate(requests):
        try:
            results.append(result_of(method, by_place[place]))
        except (RpcError, ChainError) as failed:
            results.append(failed)
    return results
