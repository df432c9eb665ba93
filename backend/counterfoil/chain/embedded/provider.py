"""The embedded chain as a web3 provider.

Requests reach the method table directly, in JSON-RPC form both ways: the same bytes of revert reasons, the
same error codes, the same missing features as a node behind HTTP. One lock serialises all threads of the
process.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from inspect import signature
from pathlib import Path
from typing import Any

from eth.vm.interrupt import EVMMissingData
from rlp.exceptions import RLPException
from trie.exceptions import MissingTrieNode
from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint, RPCError, RPCResponse

from counterfoil.chain import errors
from counterfoil.chain.embedded.ledger import EmbeddedLedger
from counterfoil.chain.embedded.refusals import BadParameterError, RequestRefusedError, UnknownMethodError
from counterfoil.chain.embedded.rpc_forms import as_bytes, bytes_form
from counterfoil.chain.embedded.rpc_methods import RpcMethods
from counterfoil.chain.errors import EmbeddedChainError

_SEND_RAW = "eth_sendRawTransaction"


class EmbeddedProvider(JSONBaseProvider):
    """Answers JSON-RPC from a ledger in the same process.

    A single eth_sendRawTransaction becomes a block of its own. A batch request puts all its transactions into
    one block (more where the block gas limit asks for it) and answers once that block is durable.
    """

    def __init__(self, ledger: EmbeddedLedger, directory: Path) -> None:
        super().__init__()
        self._ledger = ledger
        self._directory = directory
        self._methods = RpcMethods(ledger).table
        self._closed = False
        self.lock = threading.RLock()

    def check_open(self) -> None:
        """Raises EmbeddedChainError(ChainClosed) after `close`."""
        if self._closed:
            raise EmbeddedChainError(errors.CHAIN_CLOSED, directory=str(self._directory))

    def mark_closed(self) -> None:
        """Refuse all later requests."""
        self._closed = True

    def is_connected(self, show_traceback: bool = False) -> bool:  # noqa: ARG002  # the signature is web3's
        """Whether the chain is open."""
        return not self._closed

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """Answer one request; a transaction in it is durable when this returns."""
        with self.lock:
            self.check_open()
            response = self._answer(method, params)
            if method == _SEND_RAW and "result" in response:
                self._seal()
            return response

    def make_batch_request(self, requests: list[tuple[RPCEndpoint, Any]]) -> list[RPCResponse]:
        """Answer several requests in order; the transactions among them are durable when this returns."""
        with self.lock:
            self.check_open()
            responses = [self._answer(method, params) for method, params in requests]
            self._seal()
            return responses

    def _seal(self) -> None:
        try:
            self._ledger.seal_draft()
        except (EVMMissingData, MissingTrieNode, RLPException) as damaged:
            raise self._damaged(damaged) from damaged

    def _answer(self, method: str, params: Any) -> RPCResponse:
        try:
            return self._success(self._result(method, params or ()))
        except RequestRefusedError as refused:
            return self._failure(refused)
        except (EVMMissingData, MissingTrieNode, RLPException) as damaged:
            self._ledger.discard_draft()
            raise self._damaged(damaged) from damaged

    def _result(self, method: str, params: Sequence[Any]) -> Any:
        if method == _SEND_RAW:
            if len(params) != 1:
                raise BadParameterError("expected one signed transaction")
            return bytes_form(self._ledger.submit(as_bytes(params[0])))
        handler = self._methods.get(method)
        if handler is None:
            raise UnknownMethodError(f"the method {method} does not exist/is not available")
        try:
            signature(handler).bind(*params)
        except TypeError as misfit:
            raise BadParameterError(str(misfit)) from misfit
        return handler(*params)

    def _damaged(self, cause: Exception) -> EmbeddedChainError:
        return EmbeddedChainError(
            errors.CHAIN_STORE_CORRUPT,
            path=str(self._ledger.store.path),
            reason=f"a part is missing: {cause!r}",
        )

    def _success(self, result: Any) -> RPCResponse:
        return {"jsonrpc": "2.0", "id": next(self.request_counter), "result": result}

    def _failure(self, refused: RequestRefusedError) -> RPCResponse:
        failure: RPCError = {"code": refused.code, "message": str(refused)}
        if refused.output is not None:
            failure["data"] = bytes_form(refused.output)
        return {"jsonrpc": "2.0", "id": next(self.request_counter), "error": failure}
