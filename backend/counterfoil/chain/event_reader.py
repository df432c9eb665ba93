"""Logs of known contracts as event records, block by block, with their number checked.

Logs are read by block hash and counted against the receipts of that block, because nodes have been seen to
leave logs out of range queries. No node-side filter is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from counterfoil.chain import errors
from counterfoil.chain.abi import ContractAbi, UndecodableError
from counterfoil.chain.errors import unavailable
from counterfoil.chain.rpc import Rpc, RpcError
from counterfoil.ports.engine import ChainError, ChainErrorKind, EventRecord

_METHOD_MISSING = (-32601, -32600)


class EventReader:
    """Decodes the logs of the contracts it was told of; others are counted, then left out."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self._contracts: dict[str, tuple[str, ContractAbi]] = {}

    def watch(self, name: str, address: str, abi: ContractAbi) -> None:
        """Decode the logs of this address from now on, under this contract name."""
        self._contracts[address.lower()] = (name, abi)

    def decode(self, logs: Iterable[Mapping[str, Any]], block_time_s: int) -> tuple[EventRecord, ...]:
        """The records of logs of one block, in the given order.

        Raises ChainError(Unavailable) where a known contract's log does not fit its interface: the records
        would otherwise miss an event without anybody noticing.
        """
        records = []
        for log in logs:
            known = self._contracts.get(log["address"].lower())
            if known is not None:
                records.append(_record(*known, log, block_time_s))
        return tuple(records)

    def read(self, from_block: int, to_block: int) -> Iterator[EventRecord]:
        """All records of a range of blocks, both ends included, in chain order."""
        for number in range(from_block, to_block + 1):
            block = self._rpc.request("eth_getBlockByNumber", hex(number), False)
            if block is None:
                raise unavailable(f"block {number} is missing")
            if block["transactions"]:
                logs = self._complete_logs(block)
                yield from self.decode(logs, int(block["timestamp"], 16))

    def _complete_logs(self, block: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        logs: list[Mapping[str, Any]] = self._rpc.request("eth_getLogs", {"blockHash": block["hash"]})
        expected = sum(len(receipt["logs"]) for receipt in self._receipts(block))
        positions = [int(log["logIndex"], 16) for log in logs]
        if len(logs) != expected or positions != sorted(set(positions)):
            raise ChainError(
                ChainErrorKind.UNAVAILABLE,
                errors.CHAIN_LOGS_INCOMPLETE,
                block_number=int(block["number"], 16),
                found=len(logs),
                expected=expected,
            )
        return logs

    def _receipts(self, block: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The receipts of a block; one by one where the node has no request for all of them."""
        try:
            found = self._rpc.request("eth_getBlockReceipts", block["hash"])
        except RpcError as refused:
            if refused.code not in _METHOD_MISSING:
                raise unavailable(f"receipts of block {block['number']}: {refused}") from refused
            found = [self._rpc.request("eth_getTransactionReceipt", each) for each in block["transactions"]]
        if found is None or len(found) != len(block["transactions"]) or None in found:
            raise unavailable(f"receipts of block {int(block['number'], 16)} are missing")
        return list(found)


def _record(name: str, abi: ContractAbi, log: Mapping[str, Any], block_time_s: int) -> EventRecord:
    topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
    event = abi.events.get(topics[0]) if topics else None
    if event is None:
        raise unavailable(f"a log of {name} in {log['transactionHash']} is not in its interface")
    try:
        args = event.decode_log(topics, bytes.fromhex(log["data"][2:]))
    except UndecodableError as unfit:
        raise unavailable(
            f"event {event.name} of {name} in {log['transactionHash']} is malformed: {unfit}"
        ) from unfit
    return EventRecord(
        block_number=int(log["blockNumber"], 16),
        block_hash=log["blockHash"],
        block_time_s=block_time_s,
        tx_hash=log["transactionHash"],
        tx_index=int(log["transactionIndex"], 16),
        log_index=int(log["logIndex"], 16),
        contract=name,
        address=log["address"],
        event=event.name,
        args=args,
    )
