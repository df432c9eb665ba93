"""One lane by itself: what each answer of a node, and each block, makes of its transactions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.chain.pipeline.flights import Call, Flight, FlightEnd, Outcome
from counterfoil.chain.pipeline.lane import Lane, emptiest
from counterfoil.chain.pipeline.signing import LaneKey
from counterfoil.ports.engine import ChainError
from counterfoil.ports.outbox import Broadcast
from counterfoil.ports.outbox import BroadcastAnswer as Answer

TAKEN = Broadcast(Answer.TAKEN)
RECEIPT = {"status": "0x1", "gasUsed": "0x5208"}


def lane_of(calls: int, *, first: int = 5, depth: int = 64) -> Lane:
    lane = Lane(LaneKey(b"\x05" * 32), 31415, first, depth)
    for tag in range(calls):
        lane.add(Call(to=b"\x22" * 20, input_bytes=bytes([tag]), gas=50_000, tag=tag), now_s=0.0)
    return lane


def land(lane: Lane, flight: Flight, now_s: float = 1.0) -> Outcome | None:
    return lane.landed(flight, RECEIPT, number=9, block_hash="0x09", now_s=now_s)


def nonces(flights: list[Flight]) -> list[int]:
    return [flight.nonce for flight in flights]


def test_nonces_follow_each_other_and_are_sent_in_order() -> None:
    lane = lane_of(3)
    assert nonces(lane.take_due(2, now_s=0.0)) == [5, 6]
    assert nonces(lane.take_due(2, now_s=0.0)) == [7]
    assert lane.take_due(2, now_s=0.0) == []
    assert (lane.next_nonce, lane.open_count, lane.due_at_s()) == (8, 3, None)


def test_a_count_of_the_node_raises_the_next_nonce_and_never_lowers_it() -> None:
    lane = lane_of(1)
    lane.raise_to(3)
    assert lane.next_nonce == 6
    lane.raise_to(10)
    assert lane.next_nonce == 10


@pytest.mark.parametrize("answer", [Answer.FULL, Answer.UNREACHABLE, Answer.UNKNOWN, Answer.UNDERPRICED])
def test_what_may_pass_is_sent_again_after_a_pause_with_the_same_bytes(answer: Answer) -> None:
    lane = lane_of(1)
    (flight,) = lane.take_due(9, now_s=0.0)
    raw, pauses, now_s = flight.raw, [], 0.0
    for _ in range(8):
        assert lane.answered(flight, Broadcast(answer, "not now"), now_s=now_s) is None
        due_at_s = lane.due_at_s()
        assert due_at_s is not None
        assert lane.take_due(9, now_s=due_at_s - 0.001) == []
        assert "not now" in lane.trouble
        pauses.append(due_at_s - now_s)
        now_s = due_at_s
        assert lane.take_due(9, now_s=now_s) == [flight]
    assert pauses == sorted(pauses)
    assert pauses[-1] == pytest.approx(2.0)
    lane.answered(flight, TAKEN, now_s=now_s)
    assert (flight.raw, flight.sent_count, flight.accepted_at_s, lane.trouble) == (raw, 9, now_s, "")


def test_a_batch_that_is_refused_alike_pauses_once() -> None:
    lane = lane_of(3)
    for flight in lane.take_due(9, now_s=0.0):
        lane.answered(flight, Broadcast(Answer.FULL, "full"), now_s=0.0)
    assert lane.due_at_s() == pytest.approx(0.05)
    assert nonces(lane.take_due(9, now_s=0.05)) == [5, 6, 7]


def test_a_gap_brings_every_earlier_one_back() -> None:
    lane = lane_of(3)
    first, second, third = lane.take_due(9, now_s=0.0)
    lane.answered(first, TAKEN, now_s=0.0)
    lane.answered(second, TAKEN, now_s=0.0)
    land(lane, first)
    lane.answered(third, Broadcast(Answer.NONCE_GAP, "nonce too high"), now_s=1.0)
    assert lane.take_due(9, now_s=2.0) == [second, third]


def test_what_is_too_large_is_refused_and_its_nonce_filled() -> None:
    lane = lane_of(2)
    first, second = lane.take_due(9, now_s=0.0)
    outcome = lane.answered(first, Broadcast(Answer.TOO_MUCH_GAS, "oversized data"), now_s=2.0)
    assert outcome is not None
    assert (outcome.end, outcome.call.tag, outcome.nonce) == (FlightEnd.REFUSED, 0, 5)
    assert (outcome.words, outcome.succeeded, outcome.final_at_s) == ("oversized data", None, 2.0)
    lane.answered(second, TAKEN, now_s=2.0)
    (filler,) = lane.take_due(9, now_s=2.0)
    assert (filler.nonce, filler.call) == (5, None)
    assert filler.raw != first.raw
    # Filling is nobody's call: nobody is told.
    assert land(lane, filler) is None
    assert lane.open_count == 1


def test_a_filler_that_is_refused_is_made_again_and_told_to_nobody() -> None:
    lane = lane_of(1)
    (first,) = lane.take_due(9, now_s=0.0)
    lane.answered(first, Broadcast(Answer.TOO_MUCH_GAS, ""), now_s=0.0)
    (filler,) = lane.take_due(9, now_s=0.0)
    assert lane.answered(filler, Broadcast(Answer.TOO_MUCH_GAS, ""), now_s=0.0) is None
    assert nonces(lane.take_due(9, now_s=0.0)) == [5]


def test_a_used_nonce_is_ours_where_a_block_shows_it() -> None:
    lane = lane_of(1)
    (flight,) = lane.take_due(9, now_s=0.0)
    assert lane.answered(flight, Broadcast(Answer.NONCE_SPENT, "nonce too low"), now_s=1.0) is None
    assert lane.due_at_s() is None
    outcome = land(lane, flight, now_s=2.0)
    assert outcome is not None
    assert (outcome.end, outcome.succeeded, outcome.gas_used) == (FlightEnd.LANDED, True, 21_000)
    assert (outcome.block_number, outcome.block_hash) == (9, "0x09")


def test_a_used_nonce_is_anothers_only_after_patience() -> None:
    lane = lane_of(2)
    flight, later = lane.take_due(9, now_s=0.0)
    lane.answered(flight, Broadcast(Answer.NONCE_SPENT, "nonce too low"), now_s=1.0)
    lane.answered(later, TAKEN, now_s=1.0)
    assert lane.found_nothing(flight, counted=6, now_s=5.0, patience_s=5.0) is None
    outcome = lane.found_nothing(flight, counted=6, now_s=6.0, patience_s=5.0)
    assert outcome is not None
    assert (outcome.end, outcome.call.tag) == (FlightEnd.DISPLACED, 0)
    assert [each.nonce for each in lane] == [6]


def test_a_lost_transaction_goes_out_again_as_it_was() -> None:
    lane = lane_of(1)
    (flight,) = lane.take_due(9, now_s=0.0)
    lane.answered(flight, TAKEN, now_s=0.0)
    raw = flight.raw
    assert lane.overdue(now_s=9.0, after_s=10.0, limit=5) == []
    assert lane.overdue(now_s=10.0, after_s=10.0, limit=5) == [flight]
    assert lane.found_nothing(flight, counted=5, now_s=10.0, patience_s=5.0) is None
    assert lane.take_due(9, now_s=10.0) == [flight]
    assert flight.raw == raw


def test_a_block_that_is_faster_than_the_answer_wins() -> None:
    lane = lane_of(1)
    (flight,) = lane.take_due(9, now_s=0.0)
    assert land(lane, flight) is not None
    for answer in (Answer.UNREACHABLE, Answer.TOO_MUCH_GAS, Answer.NONCE_SPENT, Answer.TAKEN):
        assert lane.answered(flight, Broadcast(answer, ""), now_s=2.0) is None
    assert (lane.open_count, lane.due_at_s()) == (0, None)
    assert land(lane, flight) is None
    assert lane.found_nothing(flight, counted=99, now_s=99.0, patience_s=0.0) is None


@pytest.mark.parametrize(
    "receipt", [{}, {"status": None, "gasUsed": "0x1"}, {"status": "0x1", "gasUsed": "x"}]
)
def test_a_receipt_that_says_nothing_settles_nothing(receipt: dict[str, str]) -> None:
    lane = lane_of(1)
    (flight,) = lane.take_due(9, now_s=0.0)
    with pytest.raises(ChainError) as told:
        lane.landed(flight, receipt, number=1, block_hash="0x01", now_s=1.0)
    assert "malformed" in str(told.value)
    assert lane.open_count == 1


def test_without_receipts_nobody_says_that_it_succeeded() -> None:
    lane = lane_of(1)
    (flight,) = lane.take_due(9, now_s=0.0)
    outcome = lane.landed(flight, None, number=1, block_hash="0x01", now_s=1.0)
    assert outcome is not None
    assert (outcome.succeeded, outcome.gas_used, outcome.receipt) == (None, None, None)


def test_a_full_lane_takes_nothing_more() -> None:
    lanes = [lane_of(2, depth=2), lane_of(1, depth=2)]
    assert [lane.has_room for lane in lanes] == [False, True]
    assert emptiest(lanes) is lanes[1]
    assert emptiest(lanes[:1]) is None


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["add", "send", "answer", "land", "look"]), st.integers(0, 9), st.sampled_from(Answer)
    ),
    max_size=60,
)


@settings(max_examples=300, deadline=None)
@given(events=EVENTS)
def test_every_call_has_one_outcome_whatever_happens(events: list[tuple[str, int, Answer]]) -> None:
    """However answers and blocks fall: no call is told twice or never, and bytes stay what they were."""
    lane, now_s = lane_of(0), 0.0
    asked: list[Flight] = []
    bytes_of: dict[str, bytes] = {}
    told: list[Outcome | None] = []
    added = 0
    for kind, place, answer in events:
        now_s += 1.0
        open_now = list(lane)
        if kind == "add" and lane.has_room:
            lane.add(Call(to=None, input_bytes=bytes([added]), gas=1, tag=added), now_s=now_s)
            added += 1
        elif kind == "send":
            asked += lane.take_due(place, now_s=now_s)
        elif kind == "answer" and asked:
            told.append(lane.answered(asked.pop(place % len(asked)), Broadcast(answer, "words"), now_s=now_s))
        elif kind == "land" and open_now:
            told.append(land(lane, open_now[place % len(open_now)], now_s))
        elif kind == "look" and open_now:
            flight = open_now[place % len(open_now)]
            counted = flight.nonce + (place % 2)
            told.append(lane.found_nothing(flight, counted=counted, now_s=now_s, patience_s=2.0))
        for flight in lane:
            assert bytes_of.setdefault(flight.tx_hash, flight.raw) == flight.raw
    ended = [outcome.call.tag for outcome in told if outcome is not None]
    open_tags = [flight.call.tag for flight in lane if flight.call is not None]
    assert sorted([*ended, *open_tags]) == list(range(added))
    assert lane.next_nonce == 5 + added
