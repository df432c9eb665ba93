"""What several chain tests share: the fixture contract's artifact and a gateway that finds it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from counterfoil.bootstrap import OpenChain
from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.embedded import EmbeddedChain
from counterfoil.chain.gateway import ChainGateway

load_fixture = partial(load_artifact, directory=Path(__file__).parent)


def gateway_on(chain: OpenChain) -> ChainGateway:
    """A gateway that waits a second at most on the embedded chain, which answers at once or never."""
    if isinstance(chain, EmbeddedChain):
        return ChainGateway(chain.web3, load=load_fixture, receipt_timeout_s=1)
    return ChainGateway(chain.web3, load=load_fixture, on_pending=False)
