"""An EVM module on the Cosmos SDK under CometBFT."""

from __future__ import annotations

from counterfoil.chain.engines.profile import EngineProfile, FeeRule, FinalityRule, ProofForm

COSMOS_COMETBFT = EngineProfile(
    name="cosmos-cometbft",
    words="cosmos/evm under CometBFT (measured as a candidate, not in our tests)",
    finality=FinalityRule(confirmations=0, is_byzantine=True),
    fees=FeeRule.LEGACY_ZERO,
    # The hash that JSON-RPC shows is CometBFT's: its fields and signatures have to be asked of another port.
    proofs=ProofForm.ICS23,
    block_period_ms=1000,
    makes_empty_blocks=True,
    tested=False,
)
