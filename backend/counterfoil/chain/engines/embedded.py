"""The chain in this process."""

from __future__ import annotations

from counterfoil.chain.engines.profile import EngineProfile, FeeRule, FinalityRule, ProofForm

EMBEDDED = EngineProfile(
    name="embedded",
    words="the embedded chain",
    finality=FinalityRule(confirmations=0, is_byzantine=False),
    fees=FeeRule.LEGACY_ZERO,
    proofs=ProofForm.MERKLE_PATRICIA,
    block_period_ms=0,
    # A block is made when there is a transaction.
    makes_empty_blocks=False,
)
