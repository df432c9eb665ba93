"""What nodes say to signed bytes, in their own words, and what it means."""

from __future__ import annotations

import pytest

from counterfoil.chain.relay.broadcast import classify
from counterfoil.chain.rpc import RpcError
from counterfoil.ports.outbox import BroadcastAnswer as Answer


@pytest.mark.parametrize(
    ("message", "code", "meant"),
    [
        ("already known", -32000, Answer.TAKEN),
        ("Known transaction", -32000, Answer.TAKEN),
        (
            "known transaction: 5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060",
            -32000,
            Answer.TAKEN,
        ),
        ("AlreadyKnown", -32010, Answer.TAKEN),
        ("Transaction with the same hash was already imported.", -32010, Answer.TAKEN),
        ("nonce too low: next nonce 7, tx nonce 3", -32000, Answer.NONCE_SPENT),
        # Besu's own code is one that other nodes use for their troubles.
        ("Nonce too low", -32001, Answer.NONCE_SPENT),
        ("OldNonce", -32010, Answer.NONCE_SPENT),
        # Other bytes with the same nonce wait there; only the chain can say which it takes.
        ("replacement transaction underpriced", -32000, Answer.NONCE_SPENT),
        ("there is another tx which has the same nonce in the tx pool", -32000, Answer.NONCE_SPENT),
        ("nonce too high", -32006, Answer.NONCE_GAP),
        ("Transaction nonce is distant", -32000, Answer.NONCE_GAP),
        ("transaction underpriced", -32000, Answer.UNDERPRICED),
        ("Gas price below configured minimum gas price", -32009, Answer.UNDERPRICED),
        ("insufficient funds for gas * price + value", -32000, Answer.UNDERPRICED),
        ("max fee per gas less than block base fee", -32000, Answer.UNDERPRICED),
        ("exceeds block gas limit", -32000, Answer.TOO_MUCH_GAS),
        ("Transaction gas limit exceeds block gas limit", -32005, Answer.TOO_MUCH_GAS),
        ("oversized data: transaction size 140000, limit 131072", -32000, Answer.TOO_MUCH_GAS),
        ("txpool is full", -32000, Answer.FULL),
        ("txpool is full and the new tx does not have missing nonce: 5120", -32000, Answer.FULL),
        ("rate limit reached", -32005, Answer.FULL),
        ("Internal error", -32603, Answer.UNREACHABLE),
        ("invalid sender", -32000, Answer.UNKNOWN),
        ("", -32000, Answer.UNKNOWN),
    ],
)
def test_words_come_before_codes(message: str, code: int, meant: Answer) -> None:
    assert classify(RpcError(code, message, None)) is meant
