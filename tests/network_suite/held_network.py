"""A network of four validators whose blocks carry the second that the tests say, and how tests send to it
and read it.

Its clock stands still until somebody moves it on: many blocks have the same second. So a table's times
are exact to the second on a real network, as they are on the embedded chain.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from eth_account.signers.local import LocalAccount
from network import Network, NetworkPlan
from network.plan import Clock
from network.ports import is_free
from web3 import HTTPProvider, Web3

from counterfoil.chain.deployment import Deployment
from counterfoil.chain.pipeline.signing import LaneKey
from counterfoil.chain.pipeline.transport import NodeConnections, Request
from counterfoil.chain.rpc import Rpc
from counterfoil.chain.sender import Outgoing
from network_suite.nonces import Nonces

CHAIN_ID = 88_552
ROUND_TIMEOUT_MS = 3_000
_HOST, _PORTS_OF_ONE, _STRIDE = "127.0.0.1", 40, 7
_BASES = range(21_000, 29_000, 50)
# A validator takes bodies of 16 MiB; several processes send at once.
_BATCH_BYTES = 400_000
_POLL_S = 0.05
_PATIENCE_S = 180.0
_SEND_AGAIN_S = 8.0

Json = dict[str, Any]
Outgoings = Callable[[int], Sequence[Outgoing]]
"""What to send, from the first nonce on."""


class HeldNetwork:
    """Four validators of their own, from the start to `close`."""

    def __init__(self, *, start_s: int, block_period_ms: int, number: int = 0) -> None:
        """start_s: the time of the first blocks. number: tells networks that run at once apart."""
        self._period_s = block_period_ms / 1000
        self._folder = tempfile.TemporaryDirectory(prefix="counterfoil-network-")
        root = Path(self._folder.name)
        plan = NetworkPlan(
            chain_id=CHAIN_ID,
            base_port=_free_ports(number),
            block_period_ms=block_period_ms,
            round_timeout_ms=ROUND_TIMEOUT_MS,
            clock=Clock.ADJUSTABLE,
            started_at_s=start_s,
        )
        self._network = Network.create(root / "net", plan)
        self._network.start()
        # Before its first block a validator takes no transactions from others.
        self._network.wait_for_height(1, within_s=_PATIENCE_S)
        self._nonces = Nonces(root / "nonces")
        self._endpoints = [self._network.endpoint(index) for index in self._network.validators]
        self._keys: dict[str, LaneKey] = {}
        self._times: dict[str, int] = {}
        self.now_s = start_s
        self.connect()
        genesis = self._ask(self._nodes[0], "eth_getBlockByNumber", "0x0", False)
        self.empty = Deployment(chain_id=CHAIN_ID, genesis_hash=genesis["hash"])

    def connect(self) -> None:
        """Open connections of this process's own; a process that was forked must not use its parent's."""
        self._nodes = [NodeConnections(url, connections=2, timeout_s=_PATIENCE_S) for url in self._endpoints]
        self._read_from(os.getpid())

    def _read_from(self, place: int) -> None:
        self._place = place % len(self._nodes)
        self._reading = self._nodes[self._place]
        self.rpc = Rpc(Web3(HTTPProvider(self._endpoints[self._place])))

    def _turn_to_another(self, raws: Sequence[bytes]) -> None:
        """A validator may be cut off or behind for half a minute: send to all, and read from the next one."""
        for node in self._nodes:
            for part in _parts(raws):
                # Those that have them say so.
                node.batch([("eth_sendRawTransaction", ["0x" + raw.hex()]) for raw in part])
        self._read_from(self._place + 1)

    def _heights(self) -> str:
        answers = [node.batch([("eth_blockNumber", []), ("txpool_status", [])]) for node in self._nodes]
        return f"newest blocks and pools of the validators: {answers}"

    @property
    def descriptor(self) -> Path:
        """Its network.json."""
        return self._network.descriptor

    def close(self) -> None:
        """End the validators and forget the chain."""
        for node in self._nodes:
            node.close()
        self._network.destroy()
        self._folder.cleanup()

    def move_to(self, second: int) -> None:
        """Let the validators' clock stand at a later second; every validator has a block of it then."""
        self._network.set_clock(f"={second}", within_s=_PATIENCE_S)
        self.now_s = second

    def send(self, account: LocalAccount, outgoing: Outgoings) -> list[Json]:
        """Send transactions of one key in order; their receipts, failed ones too.

        The validator that this process reads has their blocks then.
        """
        key = self._keys.setdefault(str(account.address), LaneKey.of(account))
        # A key's transactions go to one validator, and are read from another one more often than not.
        node = self._nodes[int(key.address, 16) % len(self._nodes)]
        with self._nonces.lane(key.address) as lane:
            signed = [
                key.sign_legacy(
                    nonce=lane.next + place,
                    to=None if each.to is None else bytes.fromhex(each.to[2:]),
                    input_bytes=each.input_bytes,
                    gas=each.gas,
                    chain_id=CHAIN_ID,
                )
                for place, each in enumerate(outgoing(lane.next))
            ]
            for part in _parts([each.raw for each in signed]):
                for answer in node.batch([("eth_sendRawTransaction", ["0x" + raw.hex()]) for raw in part]):
                    if isinstance(answer, Exception):
                        raise answer
                lane.next += len(part)
        return self._receipts({each.tx_hash: each.raw for each in signed})

    def _receipts(self, sent: dict[str, bytes]) -> list[Json]:
        give_up_at = time.monotonic() + _PATIENCE_S
        send_again_at = time.monotonic() + _SEND_AGAIN_S
        found: dict[str, Json] = {}
        time.sleep(self._period_s)
        while True:
            missing = [tx_hash for tx_hash in sent if tx_hash not in found]
            asked: list[Request] = [("eth_getTransactionReceipt", [each]) for each in missing]
            *answers, head = self._reading.batch([*asked, ("eth_blockNumber", [])])
            for tx_hash, answer in zip(missing, answers, strict=True):
                if isinstance(answer, Exception):
                    raise answer
                # A validator knows receipts a moment before their block is its newest.
                if answer is not None and int(answer["blockNumber"], 16) <= int(head, 16):
                    found[tx_hash] = answer
            if len(found) == len(sent):
                return [found[tx_hash] for tx_hash in sent]
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"no receipts of {missing}; {self._heights()}")
            if time.monotonic() > send_again_at:
                send_again_at = time.monotonic() + _SEND_AGAIN_S
                self._turn_to_another([sent[tx_hash] for tx_hash in sent if tx_hash not in found])
            time.sleep(_POLL_S)

    def block_time_s(self, block_number: str) -> int:
        """A block's time; a final block keeps it."""
        if block_number not in self._times:
            block = self._ask(self._reading, "eth_getBlockByNumber", block_number, False)
            self._times[block_number] = int(block["timestamp"], 16)
        return self._times[block_number]

    def call(self, request: Json, block: str = "latest") -> bytes:
        """What a call gives; raises RpcError, with the bytes of a revert, where it fails."""
        return bytes.fromhex(self._ask(self._reading, "eth_call", request, block)[2:])

    @staticmethod
    def _ask(node: NodeConnections, method: str, *params: Any) -> Any:
        (answer,) = node.batch([(method, list(params))])
        if isinstance(answer, Exception):
            raise answer
        return answer


def _free_ports(number: int) -> int:
    """A base port whose ports nobody listens on; networks that start at once look in places of their own."""
    begin = os.getpid() + number * _STRIDE
    for step in range(len(_BASES)):
        base = _BASES[(begin + step) % len(_BASES)]
        if all(is_free(_HOST, port) for port in range(base, base + _PORTS_OF_ONE)):
            return base
    raise LookupError(f"no ports are free from {_BASES.start} to {_BASES.stop}")


def _parts(raws: Sequence[bytes]) -> list[list[bytes]]:
    """Transactions in groups that a request has room for."""
    parts: list[list[bytes]] = [[]]
    for raw in raws:
        if parts[-1] and sum(map(len, parts[-1])) + len(raw) > _BATCH_BYTES:
            parts.append([])
        parts[-1].append(raw)
    return parts
