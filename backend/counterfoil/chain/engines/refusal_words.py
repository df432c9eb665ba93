"""How engines refuse a transaction, in their own words: the one list.

It is not divided by engine: a plain address may lead to any, and none uses another one's words for something
else. Collected from the sources and answers of geth, Kaia 1.0.3, cosmos/evm 0.7.0, Besu and py-evm.
"""

from __future__ import annotations

from counterfoil.ports.outbox import BroadcastAnswer

# In this order: a node that says "known transaction" may add a word about its nonce.
REFUSAL_WORDS: tuple[tuple[BroadcastAnswer, tuple[str, ...]], ...] = (
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


def meaning_of(words: str) -> BroadcastAnswer | None:
    """What a node means by its refusal of a transaction, None for words that nobody knows."""
    text = words.lower()
    for answer, phrases in REFUSAL_WORDS:
        if any(phrase in text for phrase in phrases):
            return answer
    return None
