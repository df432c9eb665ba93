"""Validators cut off from each other: no fork, no stale answer as the newest, and all is well afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from network_ground import ALL, Ground, Report, until
from running_worker import running_worker

from counterfoil.chain.endpoints.network import read_network
from counterfoil.chain.endpoints.pool import EndpointPool

pytestmark = pytest.mark.needs_network


def test_halves_make_no_block(whole: Ground, report: Report) -> None:
    network = whole.network
    with whole.watch() as watch, running_worker(whole.settings), whole.load() as load:
        whole.get_under_way(load)
        network.partition((1, 2), (3, 4))
        cut_at = time.monotonic()
        waiting = whole.wait_until_all_say_why(load)
        height = watch.highest
        assert whole.is_quiet(ALL, for_s=1), "there is no block on either side"
        healed_at = time.monotonic()
        network.heal()
        until(lambda: watch.highest > height, within_s=90, what="blocks come again")
        went_on_s = time.monotonic() - healed_at
        whole.finish(load, within_s=90)
        pause_s, missed = watch.longest_pause_s(cut_at), watch.missed(cut_at)
        finished_s = time.monotonic() - healed_at
    compared = whole.see_that_nothing_forked()
    effects = whole.effects(load)
    assert effects.are_exact, effects
    report(
        fault="partition into 2 and 2",
        did="links between two halves cut under load, and joined",
        missed=missed,
        pause_s=pause_s,
        went_on_s=went_on_s,
        effects=effects,
        remark=f"no block on either side, {waiting} commands said why they wait; the same {compared} blocks"
        f" on all four; all were done {finished_s:.1f} s after the links were joined",
    )


@pytest.fixture
def pool(whole: Ground) -> Iterator[EndpointPool]:
    """Asks the four validators, beside the worker's own."""
    opened = EndpointPool(read_network(whole.network.descriptor))
    yield opened
    opened.close()


def test_one_cut_off_is_not_believed(whole: Ground, pool: EndpointPool, report: Report) -> None:
    network = whole.network
    with whole.watch() as watch, running_worker(whole.settings), whole.load() as load:
        whole.get_under_way(load)
        network.partition((2, 3, 4), (1,))
        cut_at, height = time.monotonic(), watch.highest
        shown: list[int] = []
        until(lambda: _is_left(pool, shown), within_s=60, what="the cut-off endpoint is left")
        lagging_s = time.monotonic() - cut_at
        whole.go_on(load, 20)
        went_on_s = time.monotonic() - cut_at
        alone = network.height(1)
        assert alone is not None
        assert alone <= height + 1, "a validator alone makes no block"
        whole.finish(load, within_s=90)
        shown += [_newest(pool) for _ in range(20)]
        assert shown == sorted(shown), "what was shown as the newest never goes back"
        assert shown[-1] > alone
        pause_s, missed = watch.longest_pause_s(cut_at), watch.missed(cut_at)
        network.heal()
        healed_at = time.monotonic()
        network.wait_for_blocks(1, ALL, within_s=90)
        caught_up_s = time.monotonic() - healed_at
    until(lambda: _is_back(pool), within_s=60, what="the endpoint is used again")
    whole.see_that_nothing_forked()
    effects = whole.effects(load)
    assert effects.are_exact, effects
    report(
        fault="partition into 3 and 1",
        did="links of the first validator cut under load, and joined",
        missed=missed,
        pause_s=pause_s,
        went_on_s=went_on_s,
        effects=effects,
        remark=f"refused as lagging {lagging_s:.1f} s after the cut, its blocks never shown as the newest;"
        f" caught up {caught_up_s:.1f} s after the links were joined, no fork",
    )


def _newest(pool: EndpointPool) -> int:
    (answer,) = pool.ask([("eth_blockNumber", [])])
    return int(answer["result"], 16)


def _is_left(pool: EndpointPool, shown: list[int]) -> bool:
    """Whether the first endpoint is refused as lagging, while the pool's newest block is asked all along."""
    pool.look()
    shown.append(_newest(pool))
    cut_off = pool.state().endpoints[0]
    return cut_off.state == "refused" and "lags" in cut_off.reason


def _is_back(pool: EndpointPool) -> bool:
    pool.look()
    return all(each.state == "healthy" for each in pool.state().endpoints)
