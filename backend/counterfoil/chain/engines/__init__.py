"""What differs between engines, one profile each; everything else treats them alike."""

from __future__ import annotations

from types import MappingProxyType

from counterfoil.chain.engines.besu_qbft import BESU_QBFT
from counterfoil.chain.engines.cosmos_cometbft import COSMOS_COMETBFT
from counterfoil.chain.engines.embedded import EMBEDDED
from counterfoil.chain.engines.kaia_istanbul import KAIA_ISTANBUL
from counterfoil.chain.engines.profile import (
    EngineProfile,
    FeeRule,
    FinalityRule,
    ProofForm,
    VerifiedHeader,
)
from counterfoil.chain.engines.unknown import UNKNOWN

PROFILES = MappingProxyType(
    {each.name: each for each in (KAIA_ISTANBUL, COSMOS_COMETBFT, BESU_QBFT, EMBEDDED, UNKNOWN)}
)

__all__ = [
    "BESU_QBFT",
    "COSMOS_COMETBFT",
    "EMBEDDED",
    "KAIA_ISTANBUL",
    "PROFILES",
    "UNKNOWN",
    "EngineProfile",
    "FeeRule",
    "FinalityRule",
    "ProofForm",
    "VerifiedHeader",
    "profile_named",
]


def profile_named(name: str) -> EngineProfile:
    """The profile of an engine; raises KeyError for a name that has none."""
    return PROFILES[name]
