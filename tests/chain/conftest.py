"""A fresh embedded chain, a gateway on it and a funded-with-nothing key, for each test that asks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from chain_support import gateway_on
from eth_account import Account
from eth_account.signers.local import LocalAccount
from goods_world import IDS, KEYS, OFFICE_KEYS, World, prepare

from counterfoil.chain.deployment import Deployment
from counterfoil.chain.embedded import EmbeddedChain, open_embedded_chain
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.ledger_deployment import deploy_ledger
from counterfoil.chain.ledger_gateway import LedgerGateway
from counterfoil.domain.states import Office


@pytest.fixture
def signer() -> LocalAccount:
    return Account.from_key("0x" + "42" * 32)


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[EmbeddedChain]:
    with open_embedded_chain(tmp_path / "chain", allow_time_travel=True) as opened:
        yield opened


@pytest.fixture
def gateway(chain: EmbeddedChain, signer: LocalAccount) -> ChainGateway:
    connected = gateway_on(chain)
    connected.deploy("ChainFixture", [1_000], signer)
    return connected


@pytest.fixture(scope="session")
def opened_goods(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Deployment]:
    """A closed chain where everybody is registered and the keeper has a counted stock; for copying."""
    directory = tmp_path_factory.mktemp("goods") / "chain"
    with open_embedded_chain(directory) as chain:
        gateway = ChainGateway(chain.web3)
        officers = {office: OFFICE_KEYS[office.name.lower()].address for office in Office}
        deploy_ledger(gateway, governor=OFFICE_KEYS["governor"], officers=officers)
        prepare(LedgerGateway(gateway))
        return directory, gateway.deployment


@pytest.fixture
def world(opened_goods: tuple[Path, Deployment], tmp_path: Path) -> Iterator[World]:
    directory, deployment = opened_goods
    shutil.copytree(directory, tmp_path / "chain")
    with open_embedded_chain(tmp_path / "chain", allow_time_travel=True) as chain:
        gateway = ChainGateway(chain.web3, deployment)
        yield World(LedgerGateway(gateway), chain, gateway, {**OFFICE_KEYS, **KEYS}, IDS)
