"""Signed bytes to a node in one batch, and what it says to each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from counterfoil.chain.pipeline.transport import AsksNode
from counterfoil.chain.relay.broadcast import classify
from counterfoil.chain.rpc import RpcError
from counterfoil.ports.engine import ChainError
from counterfoil.ports.outbox import Broadcast, BroadcastAnswer

Classifies = Callable[[RpcError], BroadcastAnswer]
"""What an engine means by its refusal of a transaction."""


def broadcast_all(
    node: AsksNode, signed: Sequence[tuple[bytes, str]], *, classifies: Classifies = classify
) -> list[Broadcast]:
    """Send bytes with their hashes and say what became of each; never raises for what a node says or not.

    Where the batch has no answer the node may have some of them: each counts as unreachable, and the same
    bytes may be sent again.
    """
    try:
        answers = node.batch([("eth_sendRawTransaction", ["0x" + raw.hex()]) for raw, _ in signed])
    except ChainError as silent:
        return [_silence(silent)] * len(signed)
    return [_told(answer, tx_hash, classifies) for (_, tx_hash), answer in zip(signed, answers, strict=True)]


def _told(answer: Any, tx_hash: str, classifies: Classifies) -> Broadcast:
    if isinstance(answer, RpcError):
        return Broadcast(classifies(answer), answer.message)
    if isinstance(answer, ChainError):
        return _silence(answer)
    if str(answer).lower() != tx_hash:
        return Broadcast(BroadcastAnswer.UNREACHABLE, f"it answered {answer!r} to {tx_hash}")
    return Broadcast(BroadcastAnswer.TAKEN)


def _silence(silent: ChainError) -> Broadcast:
    return Broadcast(BroadcastAnswer.UNREACHABLE, str(silent.facts.get("reason", silent.message)))
