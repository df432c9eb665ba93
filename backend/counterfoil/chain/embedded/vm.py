"""The rules of the embedded chain's blocks: Cancun, with zero fees and a fixed gas limit.

Three rules of the public network are left out, because a private chain in one process has no use for them:
the base fee stays 0, the gas limit stays what genesis says, and several blocks may carry the same second.
"""

from __future__ import annotations

from typing import Any

from eth.abc import BlockHeaderAPI
from eth.chains.base import MiningChain
from eth.constants import POST_MERGE_DIFFICULTY, POST_MERGE_MIX_HASH, POST_MERGE_NONCE
from eth.vm.forks.cancun import CancunVM
from eth.vm.forks.cancun.blocks import CancunBlockHeader
from eth_utils import ValidationError

FORK = "cancun"


class EmbeddedVM(CancunVM):
    """Cancun's instruction set and limits (24,576-byte contracts included) at a base fee of 0."""

    @staticmethod
    def create_header_from_parent(  # type: ignore[override]  # the base declares it as a curried static attribute
        parent_header: BlockHeaderAPI | None, **header_params: Any
    ) -> BlockHeaderAPI:
        """The next header, or genesis; the parent's gas limit is kept and the base fee is 0.

        Built directly: py-evm goes through every fork since Frontier for it, at the cost of a signature.
        """
        fields: dict[str, Any] = {
            "difficulty": POST_MERGE_DIFFICULTY,
            "nonce": POST_MERGE_NONCE,
            "mix_hash": POST_MERGE_MIX_HASH,
            "block_number": 0,
            "base_fee_per_gas": 0,
        }
        if parent_header is not None:
            fields |= {
                "block_number": parent_header.block_number + 1,
                "parent_hash": parent_header.hash,
                "state_root": parent_header.state_root,
                "gas_limit": parent_header.gas_limit,
                "timestamp": parent_header.timestamp,
            }
        return CancunBlockHeader(**(fields | header_params))

    @classmethod
    def validate_header(cls, header: BlockHeaderAPI, parent_header: BlockHeaderAPI) -> None:
        """Refuse a header that does not continue its parent under this chain's rules."""
        if parent_header is None:
            raise ValidationError("a header cannot be validated without its parent")
        if header.block_number != parent_header.block_number + 1:
            raise ValidationError(
                f"block {header.block_number} does not follow block {parent_header.block_number}"
            )
        if header.timestamp < parent_header.timestamp:
            raise ValidationError(
                f"block time {header.timestamp} is before its parent's {parent_header.timestamp}"
            )
        if header.gas_limit != parent_header.gas_limit:
            raise ValidationError(f"gas limit {header.gas_limit} differs from {parent_header.gas_limit}")
        if header.base_fee_per_gas != 0:
            raise ValidationError(f"base fee {header.base_fee_per_gas} is not 0")


def chain_class(chain_id: int) -> type[MiningChain]:
    """py-evm's chain with these rules from genesis on, under the given chain id."""
    return type(
        "EmbeddedMiningChain",
        (MiningChain,),
        {"chain_id": chain_id, "vm_configuration": ((0, EmbeddedVM),)},
    )
