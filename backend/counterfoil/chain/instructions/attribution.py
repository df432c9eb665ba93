"""Whose act each log of a transaction is.

A relayed call's logs stand before the marker that the Instructions contract writes behind it; they are acts
of the key that signed. Everything else is an act of the transaction's sender. A refused instruction has no
logs, so that nobody can put its own acts down to a key in whose name it sends rubbish.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eth_utils import keccak

from counterfoil.chain.addresses import checksummed

_EXECUTED = "0x" + keccak(text="InstructionExecuted(address,uint256,bytes32)").hex()
_REFUSED = "0x" + keccak(text="InstructionRefused(address,uint256,bytes32,bytes)").hex()


def attribute(receipt: Mapping[str, Any], *, instructions: str | None) -> dict[int, str]:
    """The acting key, checksummed, by log index, for every log of one transaction's receipt.

    receipt: as JSON-RPC gives it. instructions: address of the contract that relays; None where the ledger
    has none. Keys are accounts that sign; what a contract does on the way to the relaying contract, in the
    same transaction, counts for the first instruction's key.
    """
    relays = None if instructions is None else instructions.lower()
    sender = checksummed(receipt["from"])
    acting: dict[int, str] = {}
    waiting: list[int] = []
    for log in receipt["logs"]:
        index, topics = int(log["logIndex"], 16), log["topics"]
        marker = topics[0].lower() if topics and log["address"].lower() == relays else None
        if marker not in (_EXECUTED, _REFUSED):
            waiting.append(index)
            continue
        key = checksummed("0x" + topics[1][-40:])
        acting.update(dict.fromkeys(waiting, key if marker == _EXECUTED else sender))
        acting[index] = key
        waiting = []
    acting.update(dict.fromkeys(waiting, sender))
    return acting
