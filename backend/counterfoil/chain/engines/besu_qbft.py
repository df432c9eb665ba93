"""Hyperledger Besu with QBFT, written from its public documentation. Never run by our tests."""

from __future__ import annotations

from counterfoil.chain.engines.profile import EngineProfile, FeeRule, FinalityRule, ProofForm

BESU_QBFT = EngineProfile(
    name="besu-qbft",
    words="Hyperledger Besu with QBFT (untested: from its documentation)",
    # The tags are errors until a consensus client sets them, which a QBFT network does not have.
    finality=FinalityRule(confirmations=0, is_byzantine=True),
    # Every node needs --min-gas-price=0, and the genesis "zeroBaseFee": true from London on.
    fees=FeeRule.LEGACY_ZERO,
    proofs=ProofForm.MERKLE_PATRICIA,
    block_period_ms=1000,
    makes_empty_blocks=True,
    tested=False,
)
