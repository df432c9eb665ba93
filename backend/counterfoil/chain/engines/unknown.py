"""A bare address: nothing is taken for granted, and nothing is known of how often blocks come."""

from __future__ import annotations

from counterfoil.chain.engines.profile import EngineProfile, FeeRule, FinalityRule, ProofForm

UNKNOWN = EngineProfile(
    name="unknown",
    words="an engine that was not named",
    # As the service did before engines had profiles; COUNTERFOIL_CONFIRMATIONS says otherwise where needed.
    finality=FinalityRule(confirmations=0, is_byzantine=False),
    fees=FeeRule.LEGACY_ZERO,
    proofs=ProofForm.NONE,
    block_period_ms=1000,
    makes_empty_blocks=False,
)
