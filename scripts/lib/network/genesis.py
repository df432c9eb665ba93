"""The genesis block of a consortium's chain on Kaia: its validators, no fees, every fork from block 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rlp
from eth_utils.address import is_address

ROUND_ROBIN = 0
# Votes that have not decided a question by the end of an epoch are forgotten; also how often settings are
# written down.
EPOCH_BLOCKS = 3600
# Kaia draws a committee of this size for each block; every validator of a consortium belongs to it.
COMMITTEE_SIZE = 100
ZERO_ADDRESS = "0x" + "00" * 20
FORKS = (
    "istanbulCompatibleBlock",
    "londonCompatibleBlock",
    "ethTxTypeCompatibleBlock",
    "magmaCompatibleBlock",
    "koreCompatibleBlock",
    "shanghaiCompatibleBlock",
    "cancunCompatibleBlock",
    "kaiaCompatibleBlock",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GenesisPlan:
    """What the members agree on before the first block."""

    chain_id: int
    validators: Sequence[str]
    made_at_s: int

    def __post_init__(self) -> None:
        if not 1 <= self.chain_id < 2**53:
            raise ValueError(
                f"chain_id is {self.chain_id}; it needs 1 to 2^53 - 1, which JSON readers keep exactly"
            )
        if not self.validators:
            raise ValueError("validators is empty; a chain needs at least one")
        for validator in self.validators:
            if not is_address(validator):
                raise ValueError(f"validators has {validator!r}, which is not an address")
        if len({validator.lower() for validator in self.validators}) != len(self.validators):
            raise ValueError("validators names an address twice")
        if not 0 < self.made_at_s < 2**40:
            raise ValueError(f"made_at_s is {self.made_at_s}; it needs seconds since 1970, less than 2^40")


def extra_bytes(validators: Sequence[str]) -> str:
    """The header field with the validators: 32 empty bytes, then RLP of (validators, proposer's seal, other
    seals)."""
    ordered = sorted(bytes.fromhex(validator[2:]) for validator in validators)
    encoded: bytes = rlp.encode([ordered, bytes(65), []])
    return "0x" + (bytes(32) + encoded).hex()


def genesis_of(plan: GenesisPlan) -> dict[str, Any]:
    """The genesis file's content.

    Governance is by ballot: a validator joins or leaves, and a setting changes, when more than half of the
    validators voted for it. Rewards and fees are zero, transactions and receipts are hashed into a
    Merkle-Patricia trie as on Ethereum.
    """
    reward = {
        "mintingAmount": 0,
        "ratio": "100/0/0",
        "kip82ratio": "20/80",
        "useGiniCoeff": False,
        "deferredTxFee": True,
        "stakingUpdateInterval": 86400,
        "proposerUpdateInterval": 3600,
        "minimumStake": 0,
    }
    no_fee = {
        "lowerboundbasefee": 0,
        "upperboundbasefee": 0,
        "gastarget": 30_000_000,
        "maxblockgasusedforbasefee": 60_000_000,
        "basefeedenominator": 20,
    }
    return {
        "config": {
            "chainId": plan.chain_id,
            **dict.fromkeys(FORKS, 0),
            "istanbul": {"epoch": EPOCH_BLOCKS, "policy": ROUND_ROBIN, "sub": COMMITTEE_SIZE},
            "unitPrice": 0,
            "deriveShaImpl": 0,
            "governance": {
                "governingNode": ZERO_ADDRESS,
                "governanceMode": "ballot",
                "govParamContract": ZERO_ADDRESS,
                "reward": reward,
                "kip71": no_fee,
            },
        },
        "timestamp": hex(plan.made_at_s),
        "extraData": extra_bytes(plan.validators),
        "governanceData": None,
        "blockScore": "0x1",
        "alloc": {},
        "number": "0x0",
        "gasUsed": "0x0",
        "parentHash": "0x" + "00" * 32,
    }
