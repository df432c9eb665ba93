"""The transactions of whole blocks: one request for all receipts of a block where the node can.

A node that skips a block, leaves receipts out or changes its mind about a block is noticed: each block names
the one before it, and has as many receipts as transactions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from counterfoil.chain.errors import unavailable
from counterfoil.chain.pipeline.transport import AsksNode
from counterfoil.chain.rpc import RpcError
from counterfoil.ports.engine import ChainError

_METHOD_UNKNOWN = -32601
_OF_A_BLOCK = "eth_getBlockReceipts"
_OF_A_TRANSACTION = "eth_getTransactionReceipt"


@dataclass(frozen=True, slots=True, kw_only=True)
class MinedBlock:
    """A block. time_s: its timestamp. receipts: by transaction hash; None where they were not asked for."""

    number: int
    block_hash: str
    parent_hash: str
    time_s: int
    gas_used: int
    tx_hashes: tuple[str, ...]
    receipts: Mapping[str, Mapping[str, Any]] | None


@dataclass(slots=True)
class BlockReader:
    """Reads blocks in order. with_receipts: False is cheaper and tells only what is in them."""

    with_receipts: bool = True
    _whole_blocks: bool = True
    _last: tuple[int, str] | None = field(default=None)

    def head(self, node: AsksNode) -> int:
        """Number of the newest block. Raises ChainError(Unavailable)."""
        (answer,) = node.batch([("eth_blockNumber", [])])
        return _number(_sound(answer, "eth_blockNumber"))

    def read(self, node: AsksNode, first: int, last: int) -> list[MinedBlock]:
        """The blocks first..last, whole. Raises ChainError(Unavailable) where anything is missing."""
        requests = [("eth_getBlockByNumber", [hex(number), False]) for number in range(first, last + 1)]
        heads = [_sound(answer, "eth_getBlockByNumber") for answer in node.batch(requests)]
        try:
            blocks = [
                MinedBlock(
                    number=_number(head["number"]),
                    block_hash=head["hash"],
                    parent_hash=head["parentHash"],
                    time_s=_number(head["timestamp"]),
                    gas_used=_number(head["gasUsed"]),
                    tx_hashes=tuple(head["transactions"]),
                    receipts=None,
                )
                for head in heads
            ]
        except (KeyError, TypeError, ValueError) as unfit:
            raise unavailable(f"blocks {first} to {last}: malformed: {unfit!r}") from unfit
        self._require_chain(blocks, first)
        if self.with_receipts:
            blocks = self._with_receipts(node, blocks)
        if blocks:
            self._last = (blocks[-1].number, blocks[-1].block_hash)
        return blocks

    def _require_chain(self, blocks: Sequence[MinedBlock], first: int) -> None:
        before = self._last[1] if self._last is not None and self._last[0] == first - 1 else None
        for place, block in enumerate(blocks):
            if block.number != first + place or (before is not None and block.parent_hash != before):
                raise unavailable(f"block {first + place} does not follow the one before it")
            before = block.block_hash

    def _with_receipts(self, node: AsksNode, blocks: Sequence[MinedBlock]) -> list[MinedBlock]:
        wanted = [block for block in blocks if block.tx_hashes]
        found: dict[str, Mapping[str, Mapping[str, Any]]] = {}
        if self._whole_blocks and wanted:
            answers = node.batch([(_OF_A_BLOCK, [block.block_hash]) for block in wanted])
            if any(isinstance(each, RpcError) and each.code == _METHOD_UNKNOWN for each in answers):
                self._whole_blocks = False
            else:
                found = {
                    block.block_hash: _receipts_of(block, _sound(answer, _OF_A_BLOCK))
                    for block, answer in zip(wanted, answers, strict=True)
                }
        if not self._whole_blocks:
            for block in wanted:
                answers = node.batch([(_OF_A_TRANSACTION, [tx_hash]) for tx_hash in block.tx_hashes])
                sound = [_sound(answer, _OF_A_TRANSACTION) for answer in answers]
                found[block.block_hash] = _receipts_of(block, sound)
        return [_replaced(block, found.get(block.block_hash, {})) for block in blocks]


def receipts_of(node: AsksNode, tx_hashes: Sequence[str]) -> list[Mapping[str, Any] | None]:
    """Receipts of single transactions, None for those without one. Raises ChainError(Unavailable)."""
    answers = node.batch([(_OF_A_TRANSACTION, [tx_hash]) for tx_hash in tx_hashes])
    return [None if answer is None else _sound(answer, _OF_A_TRANSACTION) for answer in answers]


def final_receipts_of(node: AsksNode, tx_hashes: Sequence[str]) -> list[Mapping[str, Any] | None]:
    """As `receipts_of`, None also where the receipt's block is not the node's newest yet, or below it.

    Kaia shows a receipt a moment before the block that it is in. Raises ChainError(Unavailable).
    """
    head, *answers = node.batch(
        [("eth_blockNumber", []), *((_OF_A_TRANSACTION, [tx_hash]) for tx_hash in tx_hashes)]
    )
    newest = _number(_sound(head, "eth_blockNumber"))
    found = [None if answer is None else _sound(answer, _OF_A_TRANSACTION) for answer in answers]
    return [
        None
        if each is None or each.get("blockHash") is None or _number(each.get("blockNumber")) > newest
        else each
        for each in found
    ]


def counts_of(node: AsksNode, addresses: Sequence[str], *, tag: str) -> list[int]:
    """How many transactions of each key the chain counts. tag: latest or pending.

    Raises ChainError(Unavailable): an answer that is no number is no answer, never 0.
    """
    answers = node.batch([("eth_getTransactionCount", [address, tag]) for address in addresses])
    return [_number(_sound(answer, "eth_getTransactionCount")) for answer in answers]


def _receipts_of(block: MinedBlock, receipts: Any) -> Mapping[str, Mapping[str, Any]]:
    try:
        by_hash = {each["transactionHash"]: each for each in receipts}
        of_block = all(each["blockHash"] == block.block_hash for each in receipts)
    except (KeyError, TypeError) as unfit:
        raise unavailable(f"receipts of block {block.number}: malformed: {unfit!r}") from unfit
    if not of_block or len(receipts) != len(block.tx_hashes) or set(by_hash) != set(block.tx_hashes):
        raise unavailable(f"receipts of block {block.number}: not one for each of its transactions")
    return by_hash


def _replaced(block: MinedBlock, receipts: Mapping[str, Mapping[str, Any]]) -> MinedBlock:
    return MinedBlock(
        number=block.number,
        block_hash=block.block_hash,
        parent_hash=block.parent_hash,
        time_s=block.time_s,
        gas_used=block.gas_used,
        tx_hashes=block.tx_hashes,
        receipts=receipts,
    )


def _sound(answer: Any, method: str) -> Any:
    if isinstance(answer, RpcError):
        raise unavailable(f"{method}: {answer}") from answer
    if isinstance(answer, ChainError):
        raise answer
    if answer is None:
        raise unavailable(f"{method}: nothing there")
    return answer


def _number(value: Any) -> int:
    try:
        return int(value, 16)
    except (TypeError, ValueError) as unfit:
        raise unavailable(f"not a number: {value!r}") from unfit
