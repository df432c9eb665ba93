"""What answers say of blocks: taken out of them, and held against what is proven.

Nothing here asks anybody. An answer that contradicts itself, its request or a verified header is a lie or a
defect of the endpoint: LyingError says which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from counterfoil.chain.endpoints.transport import Answer, Request
from counterfoil.chain.engines.profile import Json, VerifiedHeader

BY_NUMBER, BY_HASH = "eth_getBlockByNumber", "eth_getBlockByHash"
RECEIPT, LOGS = "eth_getTransactionReceipt", "eth_getLogs"
RECEIPTS = ("eth_getBlockReceipts", "kaia_getBlockReceipts")
SEND, NEWEST = "eth_sendRawTransaction", "eth_blockNumber"
TRIALS = ("eth_call", "eth_estimateGas")
STATE_READS = (*TRIALS, "eth_getTransactionCount", "eth_getBalance", "eth_getCode", "eth_getStorageAt")
# "pending" is no block yet: its hash is nothing to hold anybody to.
_UNFINISHED = "pending"
_LACKS_BLOCK = ("header not found", "header does not exist", "unknown block", "block not found")


class LyingError(Exception):
    """An answer that cannot be true; the text says why."""


class NotYetError(Exception):
    """A block that an endpoint shows is not where it must be, so far: nodes are some milliseconds apart, and
    some show a receipt before its block is in their own chain.
    """


@dataclass(frozen=True, slots=True)
class BlockClaim:
    """That a block of this hash stands at this height."""

    number: int
    block_hash: str


def claims_in(requests: Sequence[Request], answers: Sequence[Answer]) -> list[BlockClaim]:
    """Every block that the answers rest on, each once. Raises LyingError for what contradicts itself."""
    found: dict[BlockClaim, None] = {}
    for (method, params), answer in zip(requests, answers, strict=True):
        result = answer.get("result")
        if result is None or answer.get("error") is not None:
            continue
        try:
            for claim in _claims(method, params, result):
                found[claim] = None
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as unfit:
            raise LyingError(f"its answer to {method} is malformed: {unfit!r}") from unfit
    hashes: dict[int, str] = {}
    for claim in found:
        if hashes.setdefault(claim.number, claim.block_hash) != claim.block_hash:
            raise LyingError(f"its answers have two blocks at height {claim.number}")
    return list(found)


def _claims(method: str, params: Any, result: Any) -> Iterator[BlockClaim]:
    read = _READERS.get(method)
    return iter(()) if read is None else read(params, result)


def _by_number(params: Any, result: Json) -> Iterator[BlockClaim]:
    asked = params[0]
    if asked == _UNFINISHED:
        return
    claim = _of_block(result)
    # There are engines whose first block has number 1, and that show it where 0 is asked for.
    if asked.startswith("0x") and int(asked, 16) not in (0, claim.number):
        raise LyingError(f"block {claim.number} came for block {int(asked, 16)}")
    yield claim


def _by_hash(params: Any, result: Json) -> Iterator[BlockClaim]:
    claim = _of_block(result)
    if claim.block_hash != params[0].lower():
        raise LyingError(f"block {claim.block_hash} came for {params[0]}")
    yield claim


def _by_receipt(params: Any, result: Json) -> Iterator[BlockClaim]:
    if result.get("blockHash") is None:
        return
    if result["transactionHash"].lower() != params[0].lower():
        raise LyingError(f"the receipt of {result['transactionHash']} came for {params[0]}")
    yield _of_entry(result)


def _by_receipts(_params: Any, result: Sequence[Json]) -> Iterator[BlockClaim]:
    yield from map(_of_entry, result)


def _by_logs(params: Any, result: Sequence[Json]) -> Iterator[BlockClaim]:
    """Logs asked for by a block's hash rest on what is known of that block already."""
    asked = params[0].get("blockHash")
    if asked is not None and any(log["blockHash"].lower() != asked.lower() for log in result):
        raise LyingError("its logs are of another block than was asked for")
    return iter(())


_READERS: dict[str, Callable[[Any, Any], Iterator[BlockClaim]]] = {
    BY_NUMBER: _by_number,
    BY_HASH: _by_hash,
    RECEIPT: _by_receipt,
    LOGS: _by_logs,
    **dict.fromkeys(RECEIPTS, _by_receipts),
}


def newest_shown(requests: Sequence[Request], answers: Sequence[Answer]) -> int | None:
    """What the answers give out as the newest block, the lowest of it; None where they name none."""
    found = [
        int(answer["result"]["number"], 16)
        for (method, params), answer in zip(requests, answers, strict=True)
        if method == BY_NUMBER and params[0] == "latest" and answer.get("result") is not None
    ]
    return min(found, default=None)


def highest_of_receipts(requests: Sequence[Request], claims: Sequence[BlockClaim]) -> int:
    """The highest block that receipts are of, if there are any among the answers; else -1."""
    if not any(method == RECEIPT or method in RECEIPTS for method, _ in requests):
        return -1
    return max((claim.number for claim in claims), default=-1)


def hold_to_header(block: Json, header: VerifiedHeader) -> None:
    """Compare what a block's answer says with its verified header; raises LyingError."""
    said = {
        "number": int(block["number"], 16),
        "parentHash": str(block["parentHash"]).lower(),
        "stateRoot": str(block["stateRoot"]).lower(),
        "transactionsRoot": str(block["transactionsRoot"]).lower(),
        "receiptsRoot": str(block["receiptsRoot"]).lower(),
        "logsBloom": str(block["logsBloom"]).lower(),
        "timestamp": int(block["timestamp"], 16),
    }
    proven = {
        "number": header.number,
        "parentHash": header.parent_hash,
        "stateRoot": header.state_root,
        "transactionsRoot": header.transactions_root,
        "receiptsRoot": header.receipts_root,
        "logsBloom": header.logs_bloom,
        "timestamp": header.time_s,
    }
    for field, value in said.items():
        if value != proven[field]:
            raise LyingError(f"its answer for block {header.number} has another {field} than the block")


def is_trouble(answer: Answer) -> bool:
    """Whether the endpoint says that it cannot work now, as opposed to: it worked and says no."""
    error = answer.get("error")
    if not isinstance(error, dict) or error.get("data"):
        return False
    told = str(error.get("message", "")).lower()
    return error.get("code") in (-32002, -32005) or any(words in told for words in _LACKS_BLOCK)


def _of_block(result: Json) -> BlockClaim:
    return BlockClaim(int(result["number"], 16), str(result["hash"]).lower())


def _of_entry(entry: Json) -> BlockClaim:
    return BlockClaim(int(entry["blockNumber"], 16), str(entry["blockHash"]).lower())
