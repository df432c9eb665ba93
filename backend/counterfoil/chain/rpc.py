"""JSON-RPC requests through a web3 provider, with the answers told apart.

Requests go to the provider itself, past web3's formatting middleware: the gateway needs the bytes of a
revert, which the middleware turns into exceptions whose form depends on the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from web3 import Web3
from web3.exceptions import Web3Exception
from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint

from counterfoil.chain.errors import unavailable
from counterfoil.ports.engine import ChainError

# Codes that say something about the node, not about the transaction or call.
_NODE_TROUBLE = frozenset({-32700, -32600, -32601, -32603, -32005, -32002, -32001})


@runtime_checkable
class TakesComplaints(Protocol):
    """A provider that asks somebody else where an answer cannot be true."""

    def complain(self, reason: str) -> None: ...


class RpcError(Exception):
    """The node's own refusal of one request. output: revert bytes, or None where it sent none."""

    def __init__(self, code: int, message: str, output: bytes | None) -> None:
        self.code = code
        self.message = message
        self.output = output
        super().__init__(f"{message} ({code})")

    @property
    def is_node_trouble(self) -> bool:
        """Whether the node could not work, as opposed to: it worked and said no."""
        return self.code in _NODE_TROUBLE


class Rpc:
    """Requests over one web3 instance."""

    def __init__(self, web3: Web3) -> None:
        self._provider = web3.provider

    def request(self, method: str, *params: Any) -> Any:
        """The result; raises RpcError for the node's refusal and ChainError(Unavailable) where no answer
        came.
        """
        try:
            response = self._provider.make_request(RPCEndpoint(method), list(params))
        except (OSError, Web3Exception, ValueError) as silent:
            raise unavailable(f"{method}: {silent!r}") from silent
        return result_of(method, response)

    def complain(self, reason: str) -> None:
        """Tell that the last answer to this thread cannot be true, so that another endpoint is asked next."""
        if isinstance(self._provider, TakesComplaints):
            self._provider.complain(reason)

    def batch(self, requests: Sequence[tuple[str, list[Any]]]) -> list[Any]:
        """Each request's result, or its RpcError or ChainError, in order, in one round trip."""
        if not requests:
            return []
        if not isinstance(self._provider, JSONBaseProvider):
            raise unavailable(f"{type(self._provider).__name__} takes no batches")
        try:
            responses = self._provider.make_batch_request(
                [(RPCEndpoint(method), params) for method, params in requests]
            )
        except (OSError, Web3Exception, ValueError) as silent:
            raise unavailable(f"batch of {len(requests)}: {silent!r}") from silent
        if not isinstance(responses, list) or len(responses) != len(requests):
            raise unavailable(f"batch of {len(requests)}: the answer is not one per request")
        by_id = {each.get("id"): each for each in responses if isinstance(each, dict)}
        numbers = [number for number in by_id if isinstance(number, int)]
        if len(numbers) != len(requests):
            # One answer twice and another one not at all would pass for the other one.
            raise unavailable(f"batch of {len(requests)}: the answers do not each name a request")
        # The requests were numbered upwards; answers may come in any order.
        responses = [by_id[number] for number in sorted(numbers)]
        results: list[Any] = []
        for (method, _), response in zip(requests, responses, strict=True):
            try:
                results.append(result_of(method, response))
            except (RpcError, ChainError) as failed:
                results.append(failed)
        return results


def result_of(method: str, response: Any) -> Any:
    """The result in one JSON-RPC answer. Raises RpcError, and ChainError(Unavailable) for anything else."""
    if not isinstance(response, dict) or ("result" not in response and "error" not in response):
        raise unavailable(f"{method}: not a JSON-RPC answer: {response!r}")
    failure = response.get("error")
    if failure is None:
        return response.get("result")
    if isinstance(failure, str):
        raise RpcError(-32000, failure, None)
    raise RpcError(
        int(failure.get("code", -32000)), str(failure.get("message", "")), _revert_bytes(failure.get("data"))
    )


def _revert_bytes(found: Any) -> bytes | None:
    """Revert bytes where a node puts them: as text, as text after a word, or inside an object."""
    if isinstance(found, dict):
        found = found.get("data", found.get("result"))
    if not isinstance(found, str):
        return None
    text = found.removeprefix("Reverted ").strip()
    if not text.startswith("0x"):
        return None
    try:
        return bytes.fromhex(text[2:])
    except ValueError:
        return None
