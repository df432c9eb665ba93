"""A fresh embedded chain, a gateway on it and a funded-with-nothing key, for each test that asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chain_support import gateway_on
from eth_account import Account
from eth_account.signers.local import LocalAccount

from counterfoil.chain.embedded import EmbeddedChain, open_embedded_chain
from counterfoil.chain.gateway import ChainGateway


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
