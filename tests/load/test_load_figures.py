"""Figures from records: what counts for a rate, what a percentile is, how notes are begun."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from network_load.book import Book
from network_load.drive import Drive, Records
from network_load.figures import latency_ms, percentile, rates
from network_load.mix import Kind
from network_load.parties import Cast
from network_load.stories import Step, Story

from counterfoil.chain.pipeline.flights import Call, FlightEnd, Outcome


def test_a_rate_counts_what_became_final_within_and_not_at_the_end() -> None:
    records = Records()
    for at_s, kind, count in (
        (9.9, Kind.ASSIGN, 1),
        (10.0, Kind.ASSIGN, 1),
        (14.0, Kind.BATCH_SPLIT, 50),
        (19.9, Kind.SETTLE, 149),
        (20.0, Kind.SETTLE, 1000),
    ):
        records.add(Step(kind, "Ledger", b"", 1, records=count), at_s - 2, at_s)
        records.transactions_at_s.append(at_s)
        records.gas.append(1000 * count)
    found = rates(records, 10.0, 20.0)
    assert found["operations"] == 200
    assert found["operations_with_warm_up"] == 1201
    assert found["operations_a_second"] == 20.0
    assert found["of_these_one_record_a_call"] == 0.1
    assert found["operations_a_second_by_kind"] == {
        "batch split: a lot at its new holder": 5.0,
        "assign a lot": 0.1,
        "settle: a lot paid to its holder": 14.9,
    }
    assert (found["transactions"], found["gas_a_second"], found["gas_an_operation"]) == (3, 20_000, 1000)
    assert found["latency_ms"] == {"p50": 2000, "p95": 2000, "p99": 2000, "worst": 2000}
    with pytest.raises(ValueError, match="nothing became final"):
        rates(records, 30.0, 40.0)


def test_percentiles_are_values_that_occurred() -> None:
    ordered = [float(place) for place in range(1, 101)]
    assert [percentile(ordered, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50, 95, 99, 100]
    assert percentile([7.0], 0.99) == 7.0
    assert latency_ms([0.3, 0.1, 0.2]) == {"p50": 200, "p95": 300, "p99": 300, "worst": 300}


@dataclass
class Ground:
    """A clock that moves when somebody waits, and a chain that takes every call one second later."""

    now_s: float = 0.0
    waiting: deque[tuple[float, Call]] = field(default_factory=deque)
    most_at_once: int = 0
    drive: Drive | None = None

    def clock(self) -> float:
        self.now_s += 0.01
        assert self.drive is not None
        while self.waiting and self.waiting[0][0] <= self.now_s:
            self.drive.take([self.landed(self.waiting.popleft()[1])])
        return self.now_s

    def submit(self, call: Call, *, timeout_s: float | None = None) -> str:
        self.waiting.append((self.now_s + 1.0, call))
        self.most_at_once = max(self.most_at_once, len(self.waiting))
        return "0x"

    def landed(self, call: Call) -> Outcome:
        return Outcome(
            end=FlightEnd.LANDED,
            call=call,
            lane=call.lane or "",
            nonce=0,
            tx_hash="0x",
            submitted_at_s=0,
            accepted_at_s=0,
            final_at_s=self.now_s,
            sent_count=1,
            succeeded=True,
            gas_used=1,
            receipt={"logs": []},
        )


def two_waves() -> Story:
    for width in (1, 2):
        yield [Step(Kind.ASSIGN, "Ledger", b"", 1)] * width


def driven(ground: Ground, *, at_work: int, stories_a_second: float | None, seconds: float) -> Drive:
    drive = Drive(
        addresses={"Ledger": bytes(20)},
        cast=Cast(debtors=1, suppliers=1, funders=1),
        book=Book(),
        new_story=two_waves,
        at_work=at_work,
        stories_a_second=stories_a_second,
        now_s=lambda: ground.now_s,
        clock=ground.clock,
        longest_wait_s=0,
    )
    ground.drive = drive
    drive.run(ground, until_s=seconds)
    drive.finish(ground, within_s=60)
    return drive


def test_so_many_notes_are_at_work_and_no_more() -> None:
    ground = Ground()
    drive = driven(ground, at_work=5, stories_a_second=None, seconds=20.0)
    assert ground.most_at_once <= 10
    # Two waves of a second each: five notes every two seconds.
    assert 40 <= drive.begun <= 55
    assert len(drive.records.final_at_s) == 3 * drive.begun
    assert drive.records.failures == []


def test_an_even_rate_does_not_wait_for_the_ledger() -> None:
    ground = Ground()
    drive = driven(ground, at_work=1, stories_a_second=10.0, seconds=20.0)
    assert 195 <= drive.begun <= 205
    assert ground.most_at_once > 10
    latencies: Sequence[float] = drive.records.latency_s
    assert min(latencies) >= 1.0


def test_an_end_that_does_not_come_is_told() -> None:
    ground = Ground()
    drive = Drive(
        addresses={"Ledger": bytes(20)},
        cast=Cast(debtors=1, suppliers=1, funders=1),
        book=Book(),
        new_story=two_waves,
        at_work=1,
        now_s=lambda: ground.now_s,
        clock=ground.clock,
        longest_wait_s=0,
    )
    ground.drive = drive
    drive.tell(ground, stories=1)
    ground.waiting.clear()
    with pytest.raises(TimeoutError, match="1 transactions and 0 notes are still open"):
        drive.finish(ground, within_s=0.2)
