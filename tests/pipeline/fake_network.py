"""A network in memory: a pool by nonce, a block whenever it is asked for its height, and bad manners.

network = FakeNetwork()
node = network.node()
node.refuse = lambda tx_hash: RpcError(-32000, "txpool is full", None)
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import rlp
from eth_account import Account
from eth_utils import keccak

from counterfoil.chain.errors import unavailable
from counterfoil.chain.rpc import RpcError

CHAIN_ID = 31415


def hash_of(raw: bytes) -> str:
    """As nodes name a transaction."""
    return "0x" + keccak(raw).hex()


@dataclass
class FakeNetwork:
    """One chain. most_in_block: transactions a block takes. holds: blocks stay empty while it is set."""

    most_in_block: int = 1000
    holds: bool = False
    has_block_receipts: bool = True
    fails: Callable[[str], bool] = lambda _tx_hash: False
    blocks: list[dict[str, Any]] = field(default_factory=list)
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    pool: dict[str, dict[int, bytes]] = field(default_factory=lambda: defaultdict(dict))
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    arrived: list[str] = field(default_factory=list)
    """Hashes of everything that was ever sent, repetitions too."""

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self.mine()

    def node(self) -> FakeNode:
        return FakeNode(self)

    def take(self, raw: bytes) -> str:
        """Put a transaction into the pool, or say why not, in the words of a node."""
        sender = Account.recover_transaction(raw)
        nonce = int.from_bytes(rlp.decode(raw)[0], "big")
        with self.lock:
            if nonce < self.counts[sender]:
                raise RpcError(-32000, "nonce too low", None)
            known = self.pool[sender].setdefault(nonce, raw)
            if known != raw:
                raise RpcError(-32000, "replacement transaction underpriced", None)
            return hash_of(raw)

    def drop(self) -> None:
        """Forget everything that is in no block."""
        with self.lock:
            self.pool.clear()

    def mine(self) -> None:
        """Make a block of what can go into one."""
        with self.lock:
            number, hashes = len(self.blocks), list[str]()
            block_hash = hash_of(b"block %d" % number)
            for sender in () if self.holds else tuple(self.pool):
                waiting = self.pool[sender]
                while len(hashes) < self.most_in_block and self.counts[sender] in waiting:
                    tx_hash = hash_of(waiting.pop(self.counts[sender]))
                    self.counts[sender] += 1
                    hashes.append(tx_hash)
                    self.receipts[tx_hash] = {
                        "transactionHash": tx_hash,
                        "blockHash": block_hash,
                        "blockNumber": hex(number),
                        "status": "0x0" if self.fails(tx_hash) else "0x1",
                        "gasUsed": hex(21_000),
                    }
            self.blocks.append(
                {
                    "number": hex(number),
                    "hash": block_hash,
                    "parentHash": self.blocks[-1]["hash"] if self.blocks else "0x" + "00" * 32,
                    "timestamp": hex(1_000 + number),
                    "gasUsed": hex(21_000 * len(hashes)),
                    "transactions": hashes,
                }
            )


class FakeNode:
    """counterfoil.chain.pipeline.transport.AsksNode.

    refuse: an error for a transaction, in place of taking it. silent: whether no answer comes at all.
    loses: whether the answer to a request that was carried out gets lost. change: makes another answer of a
    true one.
    """

    def __init__(self, network: FakeNetwork) -> None:
        self.network = network
        self.refuse: Callable[[str], RpcError | None] = lambda _tx_hash: None
        self.silent: Callable[[Sequence[tuple[str, list[Any]]]], bool] = lambda _requests: False
        self.loses: Callable[[Sequence[tuple[str, list[Any]]]], bool] = lambda _requests: False
        self.change: Callable[[str, list[Any], Any], Any] = lambda _method, _params, true: true

    def batch(self, requests: Sequence[tuple[str, list[Any]]]) -> list[Any]:
        if self.silent(requests):
            raise unavailable("read timed out")
        answers = []
        for method, params in requests:
            try:
                answers.append(self.change(method, params, self._answer(method, params)))
            except RpcError as refused:
                answers.append(refused)
        if self.loses(requests):
            raise unavailable("read timed out")
        return answers

    def _answer(self, method: str, params: list[Any]) -> Any:
        network = self.network
        with network.lock:
            match method:
                case "eth_sendRawTransaction":
                    raw = bytes.fromhex(params[0][2:])
                    refused = self.refuse(hash_of(raw))
                    if refused is not None:
                        raise refused
                    network.arrived.append(hash_of(raw))
                    return network.take(raw)
                case "eth_blockNumber":
                    network.mine()
                    return hex(len(network.blocks) - 1)
                case "eth_getBlockByNumber":
                    number = int(params[0], 16)
                    return network.blocks[number] if number < len(network.blocks) else None
                case "eth_getBlockReceipts" if network.has_block_receipts:
                    (block,) = [each for each in network.blocks if each["hash"] == params[0]]
                    return [network.receipts[tx_hash] for tx_hash in block["transactions"]]
                case "eth_getTransactionReceipt":
                    return network.receipts.get(params[0])
                case "eth_getTransactionCount":
                    return hex(network.counts[params[0]])
                case _:
                    raise RpcError(-32601, f"the method {method} does not exist", None)


def sends(requests: Sequence[tuple[str, list[Any]]]) -> bool:
    """Whether a batch is one of transactions."""
    return requests[0][0] == "eth_sendRawTransaction"
