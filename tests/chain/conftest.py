"""A chain, a gateway on it and a key that sent nothing yet, for each test that asks.

On a network the tests of a module follow each other on one chain; what each begins with is fresh all the
same.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from chain_support import deployed_on, gateway_on
from eth_account import Account
from eth_account.signers.local import LocalAccount
from goods_world import IDS, KEYS, OFFICE_KEYS, World, prepare

from counterfoil.bootstrap import OpenChain
from counterfoil.chain.deployment import Deployment
from counterfoil.chain.embedded import open_embedded_chain
from counterfoil.chain.endpoints.network import network_of
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.ledger_gateway import LedgerGateway
from counterfoil.chain.remote import RemoteChain
from counterfoil.domain.states import Office
from network_suite.chosen import on_network


@pytest.fixture
def signer() -> LocalAccount:
    if on_network():
        return Account.create()
    return Account.from_key("0x" + "42" * 32)


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[OpenChain]:
    if on_network():
        # Only where a network was started for it.
        from network_suite.timekeeping import timekeeper  # noqa: PLC0415 - the line above says why

        descriptor = timekeeper().network.descriptor
        with RemoteChain(network_of(str(descriptor)), allow_time_travel=True) as remote:
            yield remote
        return
    with open_embedded_chain(tmp_path / "chain", allow_time_travel=True) as opened:
        yield opened


@pytest.fixture
def gateway(chain: OpenChain, signer: LocalAccount) -> ChainGateway:
    connected = gateway_on(chain)
    connected.deploy("ChainFixture", [1_000], signer)
    return connected


@pytest.fixture(scope="session")
def opened_goods(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Deployment]:
    """A closed chain where everybody is registered and the keeper has a counted stock; for copying."""
    directory = tmp_path_factory.mktemp("goods") / "chain"
    with open_embedded_chain(directory) as chain:
        return directory, _goods_ledger(chain).deployment


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if on_network():
        chain = request.getfixturevalue("chain")
        gateway = _goods_ledger(chain)
        yield World(LedgerGateway(gateway), chain, gateway, {**OFFICE_KEYS, **KEYS}, IDS)
        return
    directory, deployment = request.getfixturevalue("opened_goods")
    shutil.copytree(directory, tmp_path / "chain")
    with open_embedded_chain(tmp_path / "chain", allow_time_travel=True) as chain:
        gateway = ChainGateway(chain.web3, deployment)
        yield World(LedgerGateway(gateway), chain, gateway, {**OFFICE_KEYS, **KEYS}, IDS)


def _goods_ledger(chain: OpenChain) -> ChainGateway:
    """A ledger with everybody in it, freshly deployed."""
    gateway = deployed_on(
        chain,
        governor=OFFICE_KEYS["governor"],
        officers={office: OFFICE_KEYS[office.name.lower()].address for office in Office},
    )
    prepare(LedgerGateway(gateway))
    return gateway
