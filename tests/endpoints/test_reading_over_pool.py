"""Blocks read through a pool: an endpoint whose logs are short is found by the reader and left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from web3 import Web3

from counterfoil.chain.endpoints.network import Network
from counterfoil.chain.endpoints.pool import EndpointPool
from counterfoil.chain.endpoints.provider import PoolProvider
from counterfoil.chain.engines import KAIA_ISTANBUL
from counterfoil.chain.event_reader import EventReader
from counterfoil.chain.remote import RemoteChain
from counterfoil.chain.rpc import Rpc
from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.engine import ChainError
from endpoints.sealed_chain import (
    BEGAN_S,
    UNSEALED,
    FakeEndpoint,
    FakeTime,
    SealedChain,
    network_with,
    pool_over,
)


@pytest.fixture
def chain() -> SealedChain:
    made = SealedChain()
    made.grow(5, transactions=4)
    return made


def reader_over(pool: EndpointPool) -> EventReader:
    return EventReader(Rpc(Web3(PoolProvider(pool))))


@pytest.mark.parametrize("profile", [KAIA_ISTANBUL, UNSEALED])
def test_blocks_are_read_whole(chain: SealedChain, profile: Any) -> None:
    pool = pool_over([FakeEndpoint(chain) for _ in range(4)], FakeTime(), profile=profile)
    found = reader_over(pool).read_blocks(0, 5)
    assert [each.block.block_hash for each in found] == [each["hash"] for each in chain.blocks]
    assert [each.state for each in pool.state().endpoints] == ["healthy"] * 4


@pytest.mark.parametrize("profile", [KAIA_ISTANBUL, UNSEALED])
def test_logs_that_are_short_are_not_kept_and_their_endpoint_is_left(
    chain: SealedChain, profile: Any
) -> None:
    nodes = [FakeEndpoint(chain) for _ in range(4)]
    pool = pool_over(nodes, FakeTime(), profile=profile)
    reader = reader_over(pool)
    pool.ask([("eth_getBlockByNumber", ["latest", False])])
    place = next(place for place, each in enumerate(pool.state().endpoints) if each.is_in_use)
    nodes[place].fault = lambda method, _params, result: result[1:] if method == "eth_getLogs" else result
    with pytest.raises(ChainError) as incomplete:
        reader.read_blocks(1, 5)
    assert incomplete.value.code == "ChainLogsIncomplete"
    told = pool.state().endpoints[place]
    assert told.state == "quarantined"
    assert told.reason == "its logs of block 1 are not those of its receipts"
    assert len(reader.read_blocks(1, 5)) == 5


def test_logs_that_are_short_in_receipts_too_are_found_by_the_header(chain: SealedChain) -> None:
    nodes = [FakeEndpoint(chain) for _ in range(4)]
    pool = pool_over(nodes, FakeTime())
    pool.ask([("eth_getBlockByNumber", ["latest", False])])
    place = next(place for place, each in enumerate(pool.state().endpoints) if each.is_in_use)

    def consistent_lie(method: str, _params: Any, result: Any) -> Any:
        if method == "eth_getLogs":
            result[0]["data"] = "0x" + "00" * 31 + "ff"
        elif method in ("eth_getBlockReceipts", "kaia_getBlockReceipts"):
            result[0]["logs"][0]["data"] = "0x" + "00" * 31 + "ff"
        return result

    nodes[place].fault = consistent_lie
    # Within one reading: the pool finds out before the reader sees anything.
    assert len(reader_over(pool).read_blocks(1, 5)) == 5
    assert pool.state().endpoints[place].state == "quarantined"


# -- the chain's time --


def remote(network: Network, nodes: list[FakeEndpoint], *, allowed: bool = True) -> RemoteChain:
    pool = pool_over(nodes, FakeTime(), network=network)
    return RemoteChain(network, pool=pool, allow_time_travel=allowed, clock=lambda: BEGAN_S + 1000.0)


def adjustable(nodes: list[FakeEndpoint], directory: Path, clock: str) -> Network:
    (directory / "clock").write_text(clock, encoding="utf-8")
    return network_with(nodes, clock="adjustable", path=directory / "network.json")


def test_time_is_the_wall_clocks_or_the_newest_blocks(chain: SealedChain, tmp_path: Path) -> None:
    nodes = [FakeEndpoint(chain)]
    with remote(network_with(nodes), nodes) as on_the_wall:
        assert on_the_wall.now_s() == BEGAN_S + 1000
        assert on_the_wall.profile is KAIA_ISTANBUL
    with remote(adjustable(nodes, tmp_path, "=5"), nodes) as moved:
        assert moved.now_s() == BEGAN_S + 5


@pytest.mark.parametrize(("before", "after"), [("=1800000005\n", "=1800000605\n"), ("+0", "+600\n")])
def test_the_clock_of_a_test_network_is_moved(
    chain: SealedChain, tmp_path: Path, before: str, after: str
) -> None:
    nodes = [FakeEndpoint(chain)]
    network = adjustable(nodes, tmp_path, before)

    def blocks_come(method: str, params: Any, result: Any) -> Any:
        if method == "eth_getBlockByNumber" and params[0] == "latest" and chain.height < 605:
            chain.grow(605 - chain.height)
        return result

    with remote(network, nodes) as moved:
        assert moved.now_s() == BEGAN_S + 5
        nodes[0].fault = blocks_come
        assert moved.advance_time(600) >= BEGAN_S + 605
    assert (tmp_path / "clock").read_text(encoding="utf-8") == after


def test_time_is_not_moved_where_it_may_not_be(chain: SealedChain, tmp_path: Path) -> None:
    nodes = [FakeEndpoint(chain)]
    network = adjustable(nodes, tmp_path, "=5")
    with remote(network, nodes, allowed=False) as chained, pytest.raises(CounterfoilError) as refused:
        chained.advance_time(60)
    assert refused.value.code == "TimeTravelRefused"
    with remote(network_with(nodes), nodes) as on_the_wall, pytest.raises(CounterfoilError) as refused:
        on_the_wall.advance_time(60)
    assert refused.value.code == "TimeTravelRefused"
    with remote(network, nodes) as moved:
        with pytest.raises(CounterfoilError) as refused:
            moved.advance_time(0)
        assert refused.value.code == "BadTimeStep"
        (tmp_path / "clock").write_text("tomorrow", encoding="utf-8")
        with pytest.raises(CounterfoilError, match="the clock: it is neither"):
            moved.advance_time(60)
        (tmp_path / "clock").unlink()
        with pytest.raises(CounterfoilError, match="the clock: No such file"):
            moved.advance_time(60)
