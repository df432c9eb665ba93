"""What a node's answer to signed bytes means.

Nodes say the same thing in many words, and give the codes of transactions to their own troubles: words are
looked at before codes. What nobody knows is told as such, never taken for success or for failure.
"""

from __future__ import annotations

from counterfoil.chain.engines.refusal_words import meaning_of
from counterfoil.chain.rpc import RpcError
from counterfoil.ports.outbox import BroadcastAnswer


def classify(refused: RpcError) -> BroadcastAnswer:
    """What a node means by its refusal of a transaction."""
    meant = meaning_of(refused.message)
    if meant is not None:
        return meant
    return BroadcastAnswer.UNREACHABLE if refused.is_node_trouble else BroadcastAnswer.UNKNOWN
