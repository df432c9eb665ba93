"""What several chain tests share: the fixture contract's artifact and a gateway that finds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from eth_account.signers.local import LocalAccount

from counterfoil.bootstrap import OpenChain
from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.embedded import EmbeddedChain
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.ledger_deployment import Route, deploy_ledger
from counterfoil.domain.states import Office
from network_suite.planned_deployment import deployed_at_once

load_fixture = partial(load_artifact, directory=Path(__file__).parent)


def deployed_on(
    chain: OpenChain,
    *,
    governor: LocalAccount,
    officers: Mapping[Office, str],
    routes: Sequence[Route] = (),
    anchor_keys: Sequence[str] = (),
) -> ChainGateway:
    """A gateway to a fresh ledger."""
    if not isinstance(chain, EmbeddedChain):
        return deployed_at_once(
            chain.web3, governor=governor, officers=officers, routes=routes, anchor_keys=anchor_keys
        )
    gateway = ChainGateway(chain.web3)
    deploy_ledger(gateway, governor=governor, officers=officers, routes=routes, anchor_keys=anchor_keys)
    return gateway


def gateway_on(chain: OpenChain) -> ChainGateway:
    """A gateway that waits a second at most on the embedded chain, which answers at once or never."""
    if isinstance(chain, EmbeddedChain):
        return ChainGateway(chain.web3, load=load_fixture, receipt_timeout_s=1)
    return ChainGateway(chain.web3, load=load_fixture, on_pending=False)
