"""Kaia with Istanbul BFT: final at once, and headers carry their validators' seals."""

from __future__ import annotations

from counterfoil.chain.engines.istanbul_headers import istanbul_quorum, read_istanbul_header
from counterfoil.chain.engines.profile import EngineProfile, FeeRule, FinalityRule, ProofForm, SealedHeaders
from counterfoil.chain.engines.receipt_roots import kaia_receipts_root

KAIA_ISTANBUL = EngineProfile(
    name="kaia-istanbul",
    words="Kaia with Istanbul BFT",
    # It answers the tags with an error: a block is final once there is one.
    finality=FinalityRule(confirmations=0, is_byzantine=True),
    fees=FeeRule.LEGACY_ZERO,
    proofs=ProofForm.MERKLE_PATRICIA,
    block_period_ms=1000,
    makes_empty_blocks=True,
    # The answer to eth_getBlockByNumber leaves out what the hash is made of; this namespace has it.
    headers=SealedHeaders(
        by_hash=("kaia_getHeaderByHash", ()),
        by_number=("kaia_getHeaderByNumber", ()),
        read=read_istanbul_header,
        quorum=istanbul_quorum,
    ),
    receipts_root=kaia_receipts_root,
    failure_numbers="kaia_getBlockReceipts",
    # A block has no gas limit, and its header shows a constant of 10**12.
    most_gas_a_transaction=100_000_000,
)
