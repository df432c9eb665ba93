"""What goes through the pipeline: calls to make, transactions on their way, and what became of them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A transaction to make. to: 20 bytes, None creates a contract. gas: its limit.

    tag: whatever the caller knows it by, handed back with the outcome. lane: address of the key that must
    send it, None where any may; calls of one lane take effect in the order in which they were given.
    """

    to: bytes | None
    input_bytes: bytes
    gas: int
    tag: Hashable = None
    lane: str | None = None


class FlightEnd(Enum):
    """LANDED: in a final block, successfully or not. REFUSED: no node will ever take it; another transaction
    fills its nonce. DISPLACED: a transaction from elsewhere has its nonce.
    """

    LANDED = "landed"
    REFUSED = "refused"
    DISPLACED = "displaced"


@dataclass(slots=True, kw_only=True)
class Flight:
    """A signed transaction on its way. Times are seconds of one monotonic clock.

    call: None for a transaction that only fills a nonce. accepted_at_s: when a node first said that it has
    it. words: what the node last said against it. doubted_at_s: since when the node says that its nonce is
    used although no block of ours has shown it.
    """

    call: Call | None
    lane: str
    nonce: int
    raw: bytes
    tx_hash: str
    submitted_at_s: float
    sent_at_s: float | None = None
    accepted_at_s: float | None = None
    doubted_at_s: float | None = None
    sent_count: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a call.

    accepted_at_s: None where a block was faster than the node's answer. final_at_s: when its final block was
    read here. succeeded: what its receipt says; None where it has no receipt, or receipts are not read.
    receipt: as JSON-RPC gives it, where receipts are read.
    """

    end: FlightEnd
    call: Call
    lane: str
    nonce: int
    tx_hash: str
    submitted_at_s: float
    accepted_at_s: float | None
    final_at_s: float
    sent_count: int
    words: str = ""
    block_number: int | None = None
    block_hash: str | None = None
    succeeded: bool | None = None
    gas_used: int | None = None
    receipt: Mapping[str, Any] | None = None
