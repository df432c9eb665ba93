"""What a node's answer to signed bytes means.

Nodes say the same thing in many words, and give the codes of transactions to their own troubles: words are
looked at before codes. What nobody knows is told as such, never taken for success or for failure.
"""

from __future__ import annotations

from counterfoil.chain.rpc import RpcError
from counterfoil.ports.outbox import BroadcastAnswer

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
        (
            "nonce too low",
            "nonce is too low",
            "old nonce",
            "oldnonce",
            "nonce below",
            # The node has other bytes with this nonce, in no block yet (Kaia, and geth's wording).
            "same nonce in the tx pool",
            "replacement transaction underpriced",
        ),
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


def classify(refused: RpcError) -> BroadcastAnswer:
    """What a node means by its refusal of a transaction."""
    text = refused.message.lower()
    for answer, phrases in _WORDS:
        if any(phrase in text for phrase in phrases):
            return answer
    return BroadcastAnswer.UNREACHABLE if refused.is_node_trouble else BroadcastAnswer.UNKNOWN
