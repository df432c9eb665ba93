"""A worker before a misbehaving node, for each test a fresh one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_node import FakeNode
from sender_scene import NodeChain, Scene

from counterfoil import bootstrap
from counterfoil.chain.deployment import Deployment
from counterfoil.chain.embedded import open_embedded_chain
from counterfoil.settings import Settings
from ledger_support import make_bare_home, make_traded_home
from outbox_support import (
    make_service_home,
    members_of,
    worker_in,
)


@pytest.fixture(scope="session")
def sender_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sender")
    make_bare_home(folder / "bare")
    make_traded_home(folder / "bare", folder / "traded")
    make_service_home(folder / "traded", folder / "service")
    return folder / "service"


@pytest.fixture
def scene(sender_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    home = tmp_path / "home"
    shutil.copytree(sender_template, home)
    nodes: list[FakeNode] = []

    def open_chain(settings: Settings, _deployment: Deployment | None = None) -> NodeChain:
        chain = open_embedded_chain(settings.chain_directory)
        nodes.append(FakeNode(chain))
        return NodeChain(chain, nodes[-1])

    monkeypatch.setattr(bootstrap, "_open_chain", open_chain)
    worker = worker_in(home)
    yield Scene(worker, nodes[-1], members_of(worker.ledger.store), Settings(home=home))
    worker.close()
