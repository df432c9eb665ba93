"""One deployment for all tables where the engine goes back to it; each has the same parties and cash."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from model.contract_chain import open_contracts
from model.twin import Twin
from scenarios import goods_table
from scenarios.goods_table import GoodsScenario
from scenarios.scenario_table import Scenario, opened

ON_THE_CONTRACTS = frozenset({"scenario", "goods", "prepared"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A table knows no engine."""
    for item in items:
        if ON_THE_CONTRACTS & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.engine_neutral)


@pytest.fixture(scope="session")
def opened_twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Twin, bytes]]:
    chain = open_contracts(tmp_path_factory.mktemp("scenarios"))
    twin = opened(Twin(chain))
    yield twin, chain.mark()
    chain.close()


@pytest.fixture
def scenario(opened_twin: tuple[Twin, bytes]) -> Scenario:
    twin, mark = opened_twin
    twin.chain.rewind(mark)
    return Scenario(twin.fork())


@pytest.fixture(scope="session")
def goods_twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Twin, bytes]]:
    chain = open_contracts(tmp_path_factory.mktemp("goods"))
    twin = goods_table.opened(Twin(chain))
    yield twin, chain.mark()
    chain.close()


@pytest.fixture
def goods(goods_twin: tuple[Twin, bytes]) -> GoodsScenario:
    twin, mark = goods_twin
    twin.chain.rewind(mark)
    return GoodsScenario(twin.fork())
