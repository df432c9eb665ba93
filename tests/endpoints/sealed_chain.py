"""A small chain whose blocks four validators seal, as Kaia does, and endpoints that serve it and misbehave.

    chain = SealedChain()
    chain.grow(3)
    nodes = [FakeEndpoint(chain) for _ in range(4)]
    pool = pool_over(nodes, time)

A FakeEndpoint answers truthfully, up to its height, until a test changes `fault`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from coincurve import PrivateKey
from eth_utils import keccak

from counterfoil.chain.endpoints.network import EndpointAddress, Network
from counterfoil.chain.endpoints.pool import EndpointPool
from counterfoil.chain.endpoints.rules import PoolRules
from counterfoil.chain.endpoints.transport import Answer, Request, SilentError
from counterfoil.chain.engines import KAIA_ISTANBUL, EngineProfile
from counterfoil.chain.engines.istanbul_headers import istanbul_quorum
from counterfoil.chain.engines.receipt_roots import kaia_receipts_root
from counterfoil.chain.engines.rlp_bytes import list_of, number_of, text_of

CHAIN_ID = 8217
BEGAN_S = 1_800_000_000
NAMES = ("bank", "core", "platform", "regulator")
NO_BLOOM = "0x" + "00" * 256
SOME_BLOOM = "0x" + "00" * 255 + "01"
Json = dict[str, Any]
Fault = Callable[[str, Any, Any], Any]
"""Method, parameters, the true result; returns another result, or raises SilentError."""


def keys_of(seed: str, count: int = 4) -> list[PrivateKey]:
    """Keys of validators, the same for the same seed."""
    return [PrivateKey(keccak(text=f"{seed} {number}")) for number in range(count)]


def address_of(key: PrivateKey) -> bytes:
    """The address of a validator."""
    return keccak(key.public_key.format(compressed=False)[1:])[12:]


def refusal(message: str, code: int = -32000, output: str | None = None) -> Json:
    """An error in an answer's place."""
    error: Json = {"code": code, "message": message}
    return {"error": error if output is None else {**error, "data": output}}


class SealedChain:
    """Blocks in order; validators may change between two of them. forks: chains that part from this one."""

    def __init__(self, *, validators: Sequence[PrivateKey] | None = None, salt: str = "") -> None:
        self.validators = list(validators or keys_of("founding"))
        self.salt = salt
        self.blocks: list[Json] = []
        self.receipts: list[list[Json]] = []
        self._add([], seals=0)

    @property
    def height(self) -> int:
        """Number of the newest block."""
        return len(self.blocks) - 1

    def grow(self, blocks: int = 1, *, transactions: int = 0, seals: int | None = None) -> None:
        """Make blocks. seals: how many validators seal each, by default as many as are needed."""
        for _ in range(blocks):
            number = len(self.blocks)
            made = [self._receipt(number, place) for place in range(transactions)]
            self._add(made, seals=istanbul_quorum(len(self.validators)) if seals is None else seals)

    def fork(self, at: int, salt: str = "other") -> SealedChain:
        """A chain with the same blocks below a height, and others from there on."""
        other = copy.copy(self)
        other.salt = salt
        other.blocks, other.receipts = self.blocks[:at], self.receipts[:at]
        return other

    def number_of(self, block_hash: str) -> int | None:
        """The height of a block."""
        return next((place for place, each in enumerate(self.blocks) if each["hash"] == block_hash), None)

    def receipt_of(self, tx_hash: str) -> Json | None:
        """The receipt of a transaction."""
        return next(
            (each for made in self.receipts for each in made if each["transactionHash"] == tx_hash), None
        )

    def _receipt(self, number: int, place: int) -> Json:
        is_good = place % 3 != 2
        log = {
            "address": "0x" + "aa" * 20,
            "topics": ["0x" + keccak(text=f"topic {number} {place}").hex()],
            "data": "0x" + (number * 1000 + place).to_bytes(32, "big").hex(),
            "logIndex": hex(place - (place + 1) // 3),
        }
        return {
            "transactionHash": "0x" + keccak(text=f"{self.salt} {number} {place}").hex(),
            "transactionIndex": hex(place),
            "from": "0x" + "bb" * 20,
            "to": "0x" + "aa" * 20,
            "blockNumber": hex(number),
            "status": "0x1" if is_good else "0x0",
            "failure": "0x0" if is_good else "0x9",
            "gasUsed": hex(21_000 + place),
            "logsBloom": SOME_BLOOM if is_good else NO_BLOOM,
            "logs": [log] if is_good else [],
        }

    def _add(self, receipts: list[Json], *, seals: int) -> None:
        number = len(self.blocks)
        root = kaia_receipts_root([{**each, "txError": each["failure"]} for each in receipts])
        vanity = keccak(text=self.salt)[:31] + bytes((7,))
        block: Json = {
            "parentHash": self.blocks[-1]["hash"] if self.blocks else "0x" + "00" * 32,
            "reward": "0x" + address_of(self.validators[0]).hex(),
            "stateRoot": "0x" + keccak(text=f"state {number} {self.salt}").hex(),
            "transactionsRoot": "0x" + keccak(text=f"transactions {number}").hex(),
            "receiptsRoot": root,
            "logsBloom": SOME_BLOOM if any(each["logs"] for each in receipts) else NO_BLOOM,
            "blockScore": "0x1",
            "number": hex(number),
            "gasUsed": "0x0",
            "timestamp": hex(BEGAN_S + number),
            "timestampFoS": "0x0",
            "governanceData": "0x",
            "voteData": "0x",
            "baseFeePerGas": "0x0",
        }
        unsealed = vanity[:31] + b"\x00" + self._extra(b"")
        fields = [bytes.fromhex(block[name][2:]) for name in list(block)[:6]]
        numbers = [int(block[name], 16) for name in ("blockScore", "number", "gasUsed", "timestamp")]
        hashed = keccak(
            list_of(
                (
                    *(text_of(each) for each in fields),
                    *(number_of(each) for each in numbers),
                    number_of(0),
                    text_of(unsealed),
                    text_of(b""),
                    text_of(b""),
                    number_of(0),
                )
            )
        )
        sealing = self.validators[:seals]
        signed = keccak(hashed + b"\x02")
        made = b"".join(text_of(key.sign_recoverable(signed, hasher=None)) for key in sealing)
        block["extraData"] = "0x" + (vanity + self._extra(made)).hex()
        block["hash"] = "0x" + hashed.hex()
        for each in receipts:
            each["blockHash"] = block["hash"]
            for log in each["logs"]:
                log.update(
                    transactionIndex=each["transactionIndex"],
                    blockHash=block["hash"],
                    blockNumber=hex(number),
                    transactionHash=each["transactionHash"],
                )
        self.blocks.append(block)
        self.receipts.append(receipts)

    def _extra(self, seals: bytes) -> bytes:
        return list_of(
            (
                list_of(text_of(address_of(each)) for each in self.validators),
                text_of(b"\x05" * 65),
                list_of((seals,)),
            )
        )


class FakeEndpoint:
    """A Transport to a node that serves a chain. behind: blocks at the end that it does not have.

    asked: every request. fault: changes single results; dies: whether it answers at all.
    """

    def __init__(self, chain: SealedChain, *, behind: int = 0) -> None:
        self.chain = chain
        self.behind = behind
        self.chain_id = CHAIN_ID
        self.is_syncing = False
        self.is_dead = False
        self.shortens_batches = False
        self.fault: Fault = lambda _method, _params, result: result
        self.sent: list[str] = []
        self.asked: list[Request] = []

    @property
    def height(self) -> int:
        """Of its newest block."""
        return max(0, self.chain.height - self.behind)

    def methods(self) -> list[str]:
        """What was asked, in order."""
        return [method for method, _ in self.asked]

    def ask(self, requests: Sequence[Request], *, timeout_s: float | None = None) -> list[Answer]:
        """Its answers. Raises SilentError where it is dead or leaves answers out."""
        if self.is_dead:
            raise SilentError("no connection")
        self.asked.extend(requests)
        if self.shortens_batches and len(requests) > 1:
            raise SilentError(f"{len(requests) - 1} answers to {len(requests)} requests, or not one to each")
        return [self._answer(number, method, params) for number, (method, params) in enumerate(requests)]

    def close(self) -> None:
        """Nothing to give back."""

    def _answer(self, number: int, method: str, params: Any) -> Answer:
        result = self.fault(method, params, copy.deepcopy(self._true(method, params)))
        if isinstance(result, dict) and set(result) == {"error"}:
            return {"jsonrpc": "2.0", "id": number, **result}
        return {"jsonrpc": "2.0", "id": number, "result": result}

    def _true(self, method: str, params: Any) -> Any:
        answers: dict[str, Callable[..., Any]] = {
            "eth_chainId": lambda: hex(self.chain_id),
            "eth_syncing": lambda: {"currentBlock": hex(self.height)} if self.is_syncing else False,
            "eth_blockNumber": lambda: hex(self.height),
            "eth_call": lambda _call, _block: hex(self.height),
            "eth_getBlockByNumber": lambda tag, _full: self._block(self._height_of(tag)),
            "eth_getBlockByHash": lambda found, _full: self._block(self._height_by_hash(found)),
            "kaia_getHeaderByNumber": lambda tag: self._header(self._height_of(tag)),
            "kaia_getHeaderByHash": lambda found: self._header(self._height_by_hash(found)),
            "eth_getBlockReceipts": self._receipts,
            "kaia_getBlockReceipts": self._receipts_with_failures,
            "eth_getTransactionReceipt": self._receipt,
            "eth_getLogs": self._logs,
            "eth_sendRawTransaction": self._send,
        }
        return answers[method](*params)

    def _send(self, raw: str) -> str:
        self.sent.append(raw)
        return "0x" + keccak(hexstr=raw).hex()

    def _receipt(self, tx_hash: str) -> Json | None:
        found = self.chain.receipt_of(tx_hash)
        if found is None or int(found["blockNumber"], 16) > self.height:
            return None
        return _without(found, "failure")

    def _receipts(self, block_hash: str) -> list[Json] | None:
        number = self._height_by_hash(block_hash)
        if number is None:
            return None
        return [_without(each, "failure") for each in self.chain.receipts[number]]

    def _receipts_with_failures(self, block_hash: str) -> list[Json] | None:
        number = self._height_by_hash(block_hash)
        if number is None:
            return None
        return [{**each, "txError": each["failure"]} for each in self.chain.receipts[number]]

    def _logs(self, wanted: Json) -> list[Json]:
        return [log for receipt in self._receipts(wanted["blockHash"]) or [] for log in receipt["logs"]]

    def _height_of(self, tag: str) -> int | None:
        number = self.height if tag in ("latest", "pending") else int(tag, 16)
        return number if number <= self.height else None

    def _height_by_hash(self, block_hash: str) -> int | None:
        number = self.chain.number_of(block_hash)
        return number if number is not None and number <= self.height else None

    def _header(self, number: int | None) -> Json | None:
        return None if number is None else dict(self.chain.blocks[number])

    def _block(self, number: int | None) -> Json | None:
        if number is None:
            return None
        hidden = ("extraData", "reward", "blockScore", "timestampFoS", "governanceData", "voteData")
        transactions = [each["transactionHash"] for each in self.chain.receipts[number]]
        return {**_without(self.chain.blocks[number], *hidden), "transactions": transactions}


def _without(found: Json, *names: str) -> Json:
    return {name: value for name, value in found.items() if name not in names}


class FakeTime:
    """Clocks that a test moves."""

    def __init__(self) -> None:
        self.now_s = float(BEGAN_S)

    def __call__(self) -> float:
        """The time."""
        return self.now_s

    def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        self.now_s += seconds


# Nothing is proven by seals here, so that endpoints have to agree.
UNSEALED = EngineProfile(
    name="unsealed",
    words="an engine whose headers prove nothing",
    finality=KAIA_ISTANBUL.finality,
    fees=KAIA_ISTANBUL.fees,
    proofs=KAIA_ISTANBUL.proofs,
    block_period_ms=1000,
    makes_empty_blocks=True,
)


def network_with(
    nodes: Sequence[FakeEndpoint], profile: EngineProfile = KAIA_ISTANBUL, **more: Any
) -> Network:
    """A network of these endpoints, pinned to the first one's chain as it is now."""
    return Network(
        **{
            "profile": profile,
            "endpoints": tuple(
                EndpointAddress(name=name, url=f"http://{name}.test:1")
                for name, _ in zip(NAMES, nodes, strict=False)
            ),
            "block_period_ms": 1000,
            "chain_id": CHAIN_ID,
            "genesis_hash": nodes[0].chain.blocks[0]["hash"],
            **more,
        }
    )


def pool_over(
    nodes: Sequence[FakeEndpoint],
    time: FakeTime,
    *,
    profile: EngineProfile = KAIA_ISTANBUL,
    network: Network | None = None,
    **rules: Any,
) -> EndpointPool:
    """A pool over fake endpoints, whose clocks stand unless the test or the pool's own waiting moves them."""
    by_name = dict(zip(NAMES, nodes, strict=False))
    return EndpointPool(
        network or network_with(nodes, profile),
        rules=PoolRules(**rules),
        transport=lambda address: by_name[address.name],
        clock=time,
        monotonic=time,
        sleep=time.pass_by,
    )
