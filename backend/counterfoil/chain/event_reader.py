"""Logs of known contracts as event records, block by block, with their number checked.

Logs are read by block hash and compared with the receipts of that block, because nodes have been seen to
leave logs out of either. No node-side filter is used. Whatever does not fit together is no answer: nothing
of it is given out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from counterfoil.chain import errors
from counterfoil.chain.abi import ContractAbi
from counterfoil.chain.abi_decoding import UndecodableError
from counterfoil.chain.addresses import checksummed
from counterfoil.chain.errors import unavailable
from counterfoil.chain.instructions.attribution import attribute
from counterfoil.chain.rpc import Rpc, RpcError
from counterfoil.ports.engine import BlockEvents, BlockHead, ChainError, ChainErrorKind, EventRecord

_METHOD_MISSING = (-32601, -32600)
_FEWEST_BLOCKS, _BLOCKS_A_BATCH = 8, 128
# Bounds what a batch may bring back: a log takes at least some hundred gas, events of ours some thousands.
_GAS_A_BATCH = 250_000_000
_INSTRUCTIONS = "Instructions"

Json = Mapping[str, Any]


class EventReader:
    """Decodes the logs of the contracts it was told of; others are counted, then left out."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self._contracts: dict[str, tuple[str, ContractAbi]] = {}
        self._instructions: str | None = None
        self._stride = _FEWEST_BLOCKS

    def watch(self, name: str, address: str, abi: ContractAbi) -> None:
        """Decode the logs of this address from now on, under this contract name."""
        self._contracts[address.lower()] = (name, abi)
        # Nodes answer with either form.
        self._contracts[checksummed(address)] = (name, abi)
        if name == _INSTRUCTIONS:
            self._instructions = address

    def decode(self, receipt: Json, block_time_s: int) -> tuple[EventRecord, ...]:
        """The records of a receipt's logs, in their order.

        Raises ChainError(Unavailable) where a known contract's log does not fit its interface: the records
        would otherwise miss an event without anybody noticing.
        """
        return tuple(self._records(receipt, block_time_s))

    def heads(self, numbers: Sequence[int]) -> tuple[BlockHead | None, ...]:
        """The blocks at these heights, None where there is none."""
        return tuple(None if block is None else head_of(block) for block in self._blocks(numbers))

    def read(self, from_block: int, to_block: int) -> Iterator[EventRecord]:
        """All records of a range of blocks, both ends included, in chain order."""
        after = from_block
        while after <= to_block:
            for each in self.read_blocks(after, to_block):
                yield from each.events
                after = each.block.number + 1

    def read_blocks(self, from_block: int, to_block: int) -> tuple[BlockEvents, ...]:
        """The first blocks of a range with all their events: as many as one batch of requests brings.

        At least one, and each the child of the one before. Raises ChainError(Unavailable) for a block that is
        missing or whose logs and receipts do not fit together.
        """
        numbers = range(from_block, min(to_block + 1, from_block + self._stride))
        blocks = self._chosen(self._blocks(numbers), numbers)
        # Full blocks use the gas up early: then fewer are asked for, and more again where they are empty.
        self._stride = min(_BLOCKS_A_BATCH, max(_FEWEST_BLOCKS, 2 * len(blocks)))
        busy = [block for block in blocks if block["transactions"]]
        requests: list[tuple[str, list[Any]]] = []
        for block in busy:
            requests.append(("eth_getLogs", [{"blockHash": block["hash"]}]))
            requests.append(("eth_getBlockReceipts", [block["hash"]]))
        answers = iter(self._rpc.batch(requests))
        found: dict[str, tuple[EventRecord, ...]] = {}
        for block in busy:
            logs, receipts = next(answers), next(answers)
            found[block["hash"]] = self._events(block, logs, receipts)
        return tuple(BlockEvents(head_of(block), found.get(block["hash"], ())) for block in blocks)

    def _blocks(self, numbers: Sequence[int]) -> list[Json | None]:
        answers = self._rpc.batch([("eth_getBlockByNumber", [hex(number), False]) for number in numbers])
        for number, block in zip(numbers, answers, strict=True):
            if isinstance(block, RpcError):
                raise unavailable(f"block {number}: {block}") from block
            if isinstance(block, ChainError):
                raise block
            if block is not None and int(block["number"], 16) != number:
                raise unavailable(f"block {block['number']} came for block {number}")
        return answers

    @staticmethod
    def _chosen(blocks: Sequence[Json | None], numbers: range) -> list[Json]:
        """The blocks from the first on, as far as the gas allows; linked by their hashes."""
        chosen: list[Json] = []
        gas = 0
        for number, block in zip(numbers, blocks, strict=True):
            if block is None:
                raise unavailable(f"block {number} is missing")
            gas += int(block["gasUsed"], 16)
            if chosen and gas > _GAS_A_BATCH:
                break
            chosen.append(block)
        for parent, child in pairwise(chosen):
            if child["parentHash"] != parent["hash"]:
                raise unavailable(f"block {int(child['number'], 16)} is not the child of the one before it")
        return chosen

    def _events(self, block: Json, logs: Any, receipts: Any) -> tuple[EventRecord, ...]:
        number, time_s = int(block["number"], 16), int(block["timestamp"], 16)
        if isinstance(logs, (RpcError, ChainError)):
            raise unavailable(f"logs of block {number}: {logs}") from logs
        found = self._receipts(block, receipts)
        expected = [log for receipt in found for log in receipt["logs"]]
        if not (_are_same(logs, expected) and _fit_blooms(block, found)):
            self._rpc.complain(f"its logs of block {number} are not those of its receipts")
            raise ChainError(
                ChainErrorKind.UNAVAILABLE,
                errors.CHAIN_LOGS_INCOMPLETE,
                block_number=number,
                found=len(logs),
                expected=len(expected),
            )
        return tuple(record for receipt in found for record in self._records(receipt, time_s))

    def _receipts(self, block: Json, answer: Any) -> list[Json]:
        """The receipts of a block; one by one where the node has no request for all of them."""
        number = int(block["number"], 16)
        if isinstance(answer, RpcError) and answer.code in _METHOD_MISSING:
            answer = self._rpc.batch(
                [("eth_getTransactionReceipt", [tx_hash]) for tx_hash in block["transactions"]]
            )
        if isinstance(answer, (RpcError, ChainError)):
            raise unavailable(f"receipts of block {number}: {answer}") from answer
        if answer is None or [_of_transaction(each) for each in answer] != block["transactions"]:
            raise unavailable(f"receipts of block {number} are missing")
        if any(each["blockHash"] != block["hash"] for each in answer):
            raise unavailable(f"receipts of block {number} are of another block")
        return list(answer)

    def _records(self, receipt: Json, block_time_s: int) -> Iterator[EventRecord]:
        if not receipt["logs"]:
            return
        keys = attribute(receipt, instructions=self._instructions)
        tx_hash, tx_index = receipt["transactionHash"], int(receipt["transactionIndex"], 16)
        block_hash, block_number = receipt["blockHash"], int(receipt["blockNumber"], 16)
        for log in receipt["logs"]:
            address = log["address"]
            known = self._contracts.get(address) or self._contracts.get(address.lower())
            if known is None:
                continue
            name, abi = known
            event, args = _decoded(name, abi, log)
            log_index = int(log["logIndex"], 16)
            yield EventRecord(
                block_number=block_number,
                block_hash=block_hash,
                block_time_s=block_time_s,
                tx_hash=tx_hash,
                tx_index=tx_index,
                log_index=log_index,
                contract=name,
                address=checksummed(address),
                event=event,
                args=args,
                acting_key=keys[log_index],
            )


def head_of(block: Json) -> BlockHead:
    """Where a block stands, from its JSON-RPC form."""
    return BlockHead(
        number=int(block["number"], 16),
        block_hash=block["hash"],
        parent_hash=block["parentHash"],
        time_s=int(block["timestamp"], 16),
    )


def _are_same(logs: Sequence[Json], expected: Sequence[Json]) -> bool:
    """Whether both say the same logs, numbered from 0 on without a gap."""
    return (
        len(logs) == len(expected)
        # Most nodes give the same fields in either place; then nothing has to be picked out.
        and all(log == each or _place(log) == _place(each) for log, each in zip(logs, expected, strict=True))
        and all(int(log["logIndex"], 16) == place for place, log in enumerate(expected))
    )


def _fit_blooms(block: Json, receipts: Sequence[Json]) -> bool:
    """Whether nothing is missing from both at once, as far as the bloom filters tell."""
    together = 0
    for receipt in receipts:
        bloom = int(receipt["logsBloom"], 16)
        if bool(bloom) != bool(receipt["logs"]):
            return False
        together |= bloom
    return together == int(block["logsBloom"], 16)


def _place(log: Json) -> tuple[Any, ...]:
    return (
        log["logIndex"],
        log["transactionHash"],
        log["blockHash"],
        log["address"],
        log["topics"],
        log["data"],
    )


def _of_transaction(receipt: Any) -> Any:
    return receipt["transactionHash"] if isinstance(receipt, Mapping) else None


def _decoded(name: str, abi: ContractAbi, log: Json) -> tuple[str, Mapping[str, Any]]:
    topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
    event = abi.events.get(topics[0]) if topics else None
    if event is None:
        raise unavailable(f"a log of {name} in {log['transactionHash']} is not in its interface")
    try:
        return event.name, event.decode_log(topics, bytes.fromhex(log["data"][2:]))
    except UndecodableError as unfit:
        raise unavailable(
            f"event {event.name} of {name} in {log['transactionHash']} is malformed: {unfit}"
        ) from unfit
