"""A validator that was down for hundreds of blocks catches up and seals again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from network import Links, Network, NetworkPlan
from network_ground import ALL, Report, header_of, until

pytestmark = pytest.mark.needs_network

MISSED = 200
QUICK = NetworkPlan(
    chain_id=88_562,
    links=Links.NAMESPACES,
    block_period_ms=50,
    round_timeout_ms=600,
    execution_limit_ms=50,
    cache_mb=32,
)


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Network]:
    """A network of its own with little time between blocks."""
    network = Network.create(tmp_path / "quick", QUICK)
    try:
        network.start()
        network.wait_for_height(2)
        yield network
    finally:
        network.destroy()


def test_a_validator_that_was_long_away_catches_up_and_seals(quick: Network, report: Report) -> None:
    absent = next(member.address.lower() for member in quick.members if member.index == 4)
    quick.kill(4)
    began = time.monotonic()
    before = quick.height(1)
    assert before is not None
    quick.wait_for_height(before + MISSED, (1, 2, 3), within_s=240)
    away_s = time.monotonic() - began
    began = time.monotonic()
    quick.start([4])
    top = quick.wait_for_blocks(1, ALL, within_s=120)
    caught_up_s = time.monotonic() - began
    until(
        lambda: absent in header_of(quick, 1, quick.height(1) or top).sealed_by,
        within_s=60,
        what="its seal is in a new block",
    )
    for number in range(before, top, 20):
        assert len({quick.block_hash(index, number) for index in ALL}) == 1
    report(
        fault="a validator away for long",
        did=f"SIGKILL of one of four, {top - before} blocks made without it, started again",
        remark=f"away for {away_s:.0f} s; had caught up {caught_up_s:.1f} s after its start, then sealed new"
        " blocks",
    )
