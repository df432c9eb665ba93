"""A node with no end of blocks: a real chain first, then its lots moved to and fro as often as wanted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint

from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.contract_calls import LEDGER
from counterfoil.chain.embedded import EmbeddedChain
from counterfoil.domain.lot import LotId

_BLOCK_S = 2
(_ASSIGNED,) = (
    "0x" + event.topic.hex()
    for event in load_artifact(LEDGER).abi.events.values()
    if event.name == "LotAssigned"
)


class MovingLots(JSONBaseProvider):
    """Serves the chain, and after its newest block `blocks` more, each with `events_a_block` assignments.

    lots: what is moved; sides: the two parties that it is moved between, all lots being the first one's now.
    Nothing is kept of what was served: an answer is made from the number or hash that is asked for.
    """

    def __init__(
        self,
        chain: EmbeddedChain,
        ledger_address: str,
        *,
        lots: list[LotId],
        sides: tuple[int, int],
        blocks: int,
        events_a_block: int,
    ) -> None:
        super().__init__()
        self._chain = chain.web3.provider
        self._address = ledger_address
        self._lots = lots
        self._sides = sides
        self._events = events_a_block
        newest = self._ask("eth_getBlockByNumber", ["latest", False])
        self._base = int(newest["number"], 16)
        self._base_hash = newest["hash"]
        self._base_time = int(newest["timestamp"], 16)
        self.last = self._base + blocks
        self._template = newest
        self._made: Mapping[str, Callable[[Any], Any]] = {
            "eth_getBlockByNumber": self._block,
            "eth_getLogs": lambda params: self._logs(self._number_of(params[0]["blockHash"])),
            "eth_getBlockReceipts": lambda params: [self._receipt(self._number_of(params[0]))],
        }

    def make_request(self, method: RPCEndpoint, params: Any) -> Any:
        """One answer."""
        made = self._made.get(method)
        if made is None or not self._is_beyond(method, params):
            return self._chain.make_request(method, params)  # type: ignore[arg-type] # of web3's two kinds of providers the one that answers at once
        return {"jsonrpc": "2.0", "id": next(self.request_counter), "result": made(params)}

    def make_batch_request(self, requests: list[tuple[RPCEndpoint, Any]]) -> Any:
        """Each answer of a batch, numbered in the order of the requests."""
        return [
            {**self.make_request(method, params), "id": place}
            for place, (method, params) in enumerate(requests)
        ]

    def _ask(self, method: str, params: Any) -> Any:
        return self._chain.make_request(RPCEndpoint(method), params)["result"]  # type: ignore[call-overload,index] # as above

    def _is_beyond(self, method: str, params: Any) -> bool:
        if method == "eth_getBlockByNumber":
            return params[0] == "latest" or int(params[0], 16) > self._base
        asked = params[0]["blockHash"] if method == "eth_getLogs" else params[0]
        return str(asked).startswith("0xf00d")

    def _hash_of(self, number: int) -> str:
        # The number stands in the hash, so that nothing needs to be remembered.
        if number == self._base:
            return str(self._base_hash)
        return "0xf00d" + f"{number:012x}" + hashlib.sha256(str(number).encode()).hexdigest()[:48]

    @staticmethod
    def _number_of(block_hash: str) -> int:
        return int(block_hash[6:18], 16)

    def _transaction_of(self, number: int) -> str:
        return "0x" + hashlib.sha256(b"transaction %d" % number).hexdigest()

    def _block(self, params: Any) -> Any:
        number = self.last if params[0] == "latest" else int(params[0], 16)
        if number > self.last:
            return None
        return {
            **self._template,
            "number": hex(number),
            "hash": self._hash_of(number),
            "parentHash": self._hash_of(number - 1),
            "timestamp": hex(self._base_time + (number - self._base) * _BLOCK_S),
            "gasUsed": hex(30_000 * self._events),
            "logsBloom": "0x" + "ff" * 256,
            "transactions": [self._transaction_of(number)],
        }

    def _logs(self, number: int) -> list[dict[str, Any]]:
        first = (number - self._base - 1) * self._events
        return [self._log(number, place, first + place) for place in range(self._events)]

    def _log(self, number: int, place: int, move: int) -> dict[str, Any]:
        rounds, lot = divmod(move, len(self._lots))
        to = self._sides[(rounds + 1) % 2]
        return {
            "address": self._address,
            "topics": [_ASSIGNED, f"0x{self._lots[lot].number:064x}"],
            "data": f"0x{to:064x}" + hashlib.sha256(b"background %d" % move).hexdigest(),
            "blockNumber": hex(number),
            "blockHash": self._hash_of(number),
            "transactionHash": self._transaction_of(number),
            "transactionIndex": "0x0",
            "logIndex": hex(place),
            "removed": False,
        }

    def _receipt(self, number: int) -> dict[str, Any]:
        return {
            "transactionHash": self._transaction_of(number),
            "transactionIndex": "0x0",
            "blockHash": self._hash_of(number),
            "blockNumber": hex(number),
            "from": "0x" + "07" * 20,
            "to": self._address,
            "contractAddress": None,
            "gasUsed": hex(30_000 * self._events),
            "status": "0x1",
            "logsBloom": "0x" + "ff" * 256,
            "logs": self._logs(number),
        }
