"""What a node's answer to signed bytes means.

Nodes say the same thing in many words, and give the codes of transactions to their own troubles: words are
looked at before codes. What nobody knows is told as such, never taken for success or for failure.
"""

from __future__ import annotations

from counterfoil.chain.rpc import Rpc, RpcError
from counterfoil.ports.engine import ChainError
from counterfoil.ports.outbox import Broadcast, BroadcastAnswer

# In this order: a node that says "known transaction" may add a word about its nonce.
_WORDS: tuple[tuple[BroadcastAnswer, tuple[str, ...]], ...] = (
    (
        BroadcastAnswer.TAKEN,
        (
            "already known",
            "alreadyknown",
            "known transaction",
            "already imported",
            "already exists",
            "already in",
        ),
    ),
    (
        BroadcastAnswer.NONCE_SPENT,
        ("nonce too low", "nonce is too low", "old nonce", "oldnonce", "nonce below"),
    ),
    (
        BroadcastAnswer.NONCE_GAP,
        (
            "nonce too high",
            "nonce is too high",
            "nonce gap",
            "nonce too far",
            "exceeds next nonce",
            "transaction nonce is distant",
        ),
    ),
    (
        BroadcastAnswer.UNDERPRICED,
        (
            "underpriced",
            "gas price below",
            "gas price too low",
            "gas price is too low",
            "less than block base fee",
            "fee cap less than",
            "feetoolow",
            "insufficient funds",
            "upfront cost exceeds",
        ),
    ),
    (
        BroadcastAnswer.TOO_MUCH_GAS,
        (
            "exceeds block gas limit",
            "exceeds the block gas limit",
            "gas limit exceed",
            "gas limit too high",
            "gaslimitexceeded",
            "oversized data",
            "intrinsic gas exceeds",
            "exceeds maximum gas",
        ),
    ),
    (
        BroadcastAnswer.FULL,
        ("pool is full", "pool full", "too many", "rate limit", "try again", "not accepting"),
    ),
)


def broadcast(rpc: Rpc, raw: bytes, tx_hash: str) -> Broadcast:
    """Send the bytes and say what became of them; never raises for what a node says or fails to say."""
    try:
        answered = rpc.request("eth_sendRawTransaction", "0x" + raw.hex())
    except RpcError as refused:
        return Broadcast(classify(refused), refused.message)
    except ChainError as silent:
        return Broadcast(BroadcastAnswer.UNREACHABLE, str(silent.facts.get("reason", silent.message)))
    if str(answered).lower() != tx_hash:
        return Broadcast(BroadcastAnswer.UNREACHABLE, f"it answered {answered!r} to {tx_hash}")
    return Broadcast(BroadcastAnswer.TAKEN)


def classify(refused: RpcError) -> BroadcastAnswer:
    """What a node means by its refusal of a transaction."""
    text = refused.message.lower()
    for answer, phrases in _WORDS:
        if any(phrase in text for phrase in phrases):
            return answer
    return BroadcastAnswer.UNREACHABLE if refused.is_node_trouble else BroadcastAnswer.UNKNOWN
