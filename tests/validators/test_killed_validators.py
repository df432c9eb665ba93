"""Validators killed under load: what was accepted is done, and done once."""

from __future__ import annotations

import time

import pytest
from network_ground import ALL, Ground, Report, until
from running_worker import running_worker
from served_reads import BLOCK, served_reads

from ledger_support import HALDEN

pytestmark = pytest.mark.needs_network


def test_one_of_four_killed_stops_nothing(whole: Ground, report: Report) -> None:
    with whole.watch() as watch, running_worker(whole.settings), whole.load() as load:
        whole.get_under_way(load)
        whole.network.kill(1)
        killed_at, height = time.monotonic(), watch.highest
        went_on_s = whole.go_on(load, 20)
        whole.network.wait_for_height(height + 6, (2, 3, 4))
        whole.finish(load, within_s=90)
        pause_s, missed = watch.longest_pause_s(killed_at), watch.missed(killed_at)
    assert whole.network.pid(1) is None
    effects = whole.effects(load)
    assert effects.are_exact, effects
    caught_up_s = _starts_again(whole, 1)
    report(
        fault="1 of 4 validators killed",
        did="SIGKILL of the first one under load; started again after the load",
        missed=missed,
        pause_s=pause_s,
        went_on_s=went_on_s,
        effects=effects,
        remark=f"it had caught up {caught_up_s:.1f} s after its start",
    )


def _starts_again(ground: Ground, index: int) -> float:
    """Start a validator and wait until it has the others' blocks; how long that took in seconds."""
    began = time.monotonic()
    ground.network.start([index])
    ground.network.wait_for_blocks(1, ALL)
    took_s = time.monotonic() - began
    ground.see_that_nothing_forked()
    return took_s


def test_two_of_four_killed_stop_writes_with_a_reason(whole: Ground, report: Report) -> None:
    network, member = whole.network, whole.members[HALDEN.name]
    with whole.watch() as watch, running_worker(whole.settings), whole.load() as load:
        whole.get_under_way(load)
        network.kill(3, 4)
        killed_at = time.monotonic()
        waiting = whole.wait_until_all_say_why(load)
        # Each further second makes validators wait longer for each other: the rest is quick.
        height = watch.highest
        assert whole.is_quiet((1, 2), for_s=1), "there is no block without a quorum"
        with served_reads(whole.settings, whole.store, user_id=member.maker) as client:
            answers = [client.get("/v1/cash/balances") for _ in range(3)]
        assert [each.status_code for each in answers] == [200] * 3
        # What is shown is what the last block said, and is marked as that.
        assert {each.headers[BLOCK] for each in answers} == {str(whole.checkpoint())}
        assert whole.checkpoint() == height == watch.highest
        started_at = time.monotonic()
        network.start([3, 4])
        until(lambda: watch.highest > height, within_s=90, what="blocks come again")
        went_on_s = time.monotonic() - started_at
        whole.finish(load, within_s=90)
        pause_s, missed = watch.longest_pause_s(killed_at), watch.missed(killed_at)
        finished_s = time.monotonic() - started_at
    effects = whole.effects(load)
    assert effects.are_exact, effects
    whole.see_that_nothing_forked()
    report(
        fault="2 of 4 validators killed",
        did="SIGKILL under load; commands kept coming; started again",
        missed=missed,
        pause_s=pause_s,
        went_on_s=went_on_s,
        effects=effects,
        remark=f"{waiting} commands waited and said why; all were done {finished_s:.1f} s after the start",
    )


def test_all_four_killed_at_once_lose_nothing(whole: Ground, report: Report) -> None:
    network = whole.network
    with whole.watch() as watch, running_worker(whole.settings) as worker, whole.load() as load:
        whole.get_under_way(load)
        with whole.store.read() as work:
            acknowledged = work.chain_log.recent_heads()
        network.kill(*ALL)
        killed_at, height = time.monotonic(), watch.highest
        done_before = whole.count_done(load.ids)
        accepted_before = len(load.ids)
        until(lambda: len(load.ids) >= accepted_before + 10, within_s=60, what="commands keep being accepted")
        started_at = time.monotonic()
        network.start()
        until(lambda: watch.highest > height, within_s=90, what="blocks come again")
        went_on_s = time.monotonic() - started_at
        whole.finish(load, within_s=90)
        finished_s = time.monotonic() - started_at
        pause_s, missed = watch.longest_pause_s(killed_at), watch.missed(killed_at)
    assert worker.ends == [], "the worker outlives its network"
    for head in acknowledged[:20]:
        hashes = {network.block_hash(index, head.number) for index in ALL}
        assert hashes == {head.block_hash}, f"block {head.number} was shown and is another one now"
    effects = whole.effects(load)
    assert effects.are_exact, effects
    whole.see_that_nothing_forked()
    report(
        fault="all 4 validators killed at once",
        did="SIGKILL under load; commands kept coming; started again",
        missed=missed,
        pause_s=pause_s,
        went_on_s=went_on_s,
        effects=effects,
        remark=f"{done_before} were done before and stayed; all were done {finished_s:.1f} s after the start",
    )
