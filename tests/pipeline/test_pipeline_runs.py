"""The pipeline with its threads, before networks that misbehave: one outcome a call, in its lane's order."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from fake_network import CHAIN_ID, FakeNetwork, FakeNode, sends

from counterfoil.chain.pipeline.flights import Call, FlightEnd, Outcome
from counterfoil.chain.pipeline.pipeline import PipelineLimits, TransactionPipeline
from counterfoil.chain.pipeline.signing import LaneKey
from counterfoil.chain.rpc import RpcError
from counterfoil.ports.engine import ChainError

KEYS = [LaneKey(bytes([place]) * 32) for place in range(1, 4)]
QUICK = PipelineLimits(block_look_s=0.002, lost_after_s=0.05, patience_s=0.05, batch=7)
LONG_S = 60.0


class Told:
    """Outcomes in the order in which they came."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []

    def __call__(self, outcomes: Sequence[Outcome]) -> None:
        self.outcomes += outcomes

    def ends(self) -> dict[object, FlightEnd]:
        assert len({each.call.tag for each in self.outcomes}) == len(self.outcomes)
        return {each.call.tag: each.end for each in self.outcomes}


def call(tag: int, *, lane: str | None = None) -> Call:
    return Call(to=b"\x22" * 20, input_bytes=tag.to_bytes(4, "big"), gas=50_000, tag=tag, lane=lane)


def pipeline(told: Told, *nodes: FakeNode, limits: PipelineLimits = QUICK) -> TransactionPipeline:
    return TransactionPipeline(nodes, chain_id=CHAIN_ID, keys=KEYS, on_outcomes=told, limits=limits)


def run(told: Told, *nodes: FakeNode, calls: int, limits: PipelineLimits = QUICK) -> None:
    with pipeline(told, *nodes, limits=limits) as running:
        for tag in range(calls):
            running.submit(call(tag), timeout_s=LONG_S)
        running.drain(timeout_s=LONG_S)


def all_landed(told: Told, calls: int) -> None:
    assert told.ends() == dict.fromkeys(range(calls), FlightEnd.LANDED)
    assert {each.succeeded for each in told.outcomes} == {True}


def test_every_call_lands_once_in_the_order_of_its_lane() -> None:
    network, told = FakeNetwork(most_in_block=9), Told()
    run(told, network.node(), network.node(), calls=200)
    all_landed(told, 200)
    for key in KEYS:
        of_lane = [each for each in told.outcomes if each.lane == key.address]
        assert [each.nonce for each in of_lane] == list(range(len(of_lane)))
        assert [each.call.tag for each in of_lane] == sorted(each.call.tag for each in of_lane)  # type: ignore[type-var] # tags are numbers here
        for each in of_lane:
            accepted_at_s = each.final_at_s if each.accepted_at_s is None else each.accepted_at_s
            assert each.submitted_at_s <= accepted_at_s <= each.final_at_s
    assert len(set(network.arrived)) == 200


def test_lanes_go_on_from_what_the_chain_counts() -> None:
    network, told = FakeNetwork(), Told()
    network.counts[KEYS[0].address] = 41
    with pipeline(told, network.node()) as running:
        running.submit(call(0, lane=KEYS[0].address), timeout_s=LONG_S)
        running.drain(timeout_s=LONG_S)
    assert [each.nonce for each in told.outcomes] == [41]


def test_a_full_pool_is_waited_for() -> None:
    network, told = FakeNetwork(), Told()
    node, refusals = network.node(), [0]

    def full(_tx_hash: str) -> RpcError | None:
        refusals[0] += 1
        return RpcError(-32000, "txpool is full: 4096", None) if refusals[0] <= 30 else None

    node.refuse = full
    run(told, node, calls=40)
    all_landed(told, 40)


def test_an_answer_that_is_lost_after_acceptance_doubles_nothing() -> None:
    network, told = FakeNetwork(), Told()
    node, lost = network.node(), [0]

    def loses(requests: Sequence[tuple[str, list[object]]]) -> bool:
        lost[0] += sends(requests)
        return sends(requests) and lost[0] <= 3

    node.loses = loses
    run(told, node, calls=30)
    all_landed(told, 30)
    assert lost[0] > 3


def test_a_silent_node_loses_its_lanes_to_the_next_one() -> None:
    network, told = FakeNetwork(), Told()
    dumb, sound = network.node(), network.node()
    dumb.silent = sends
    run(told, dumb, sound, calls=30)
    all_landed(told, 30)


def test_blocks_are_read_from_another_node_where_one_is_unsound() -> None:
    network, told = FakeNetwork(), Told()
    lying, sound = network.node(), network.node()
    lying.change = lambda method, _params, true: [] if method == "eth_getBlockReceipts" else true
    run(told, lying, sound, calls=30)
    all_landed(told, 30)


def test_what_a_network_forgets_is_sent_again_as_it_was() -> None:
    network, told = FakeNetwork(holds=True), Told()
    with pipeline(told, network.node()) as running:
        hashes = [running.submit(call(tag), timeout_s=LONG_S) for tag in range(12)]
        while len(set(network.arrived)) < 12:
            threading.Event().wait(0.005)
        network.drop()
        network.holds = False
        running.drain(timeout_s=LONG_S)
    all_landed(told, 12)
    assert set(network.arrived) == set(hashes)
    assert len(network.arrived) > 12


def test_a_nonce_that_somebody_else_used_is_told() -> None:
    network, told = FakeNetwork(), Told()
    with pipeline(told, network.node()) as running:
        network.counts[KEYS[0].address] = 1
        running.submit(call(0, lane=KEYS[0].address), timeout_s=LONG_S)
        running.submit(call(1, lane=KEYS[0].address), timeout_s=LONG_S)
        running.drain(timeout_s=LONG_S)
        assert running.counts().displaced == 1
    assert told.ends() == {0: FlightEnd.DISPLACED, 1: FlightEnd.LANDED}


def test_what_no_block_has_room_for_is_refused_alone() -> None:
    network, told = FakeNetwork(), Told()
    node = network.node()
    with pipeline(told, node) as running:
        large: list[str] = []
        node.refuse = lambda tx_hash: RpcError(-32000, "oversized data", None) if tx_hash in large else None
        network.holds = True
        node.silent = lambda requests: sends(requests) and not large
        large.append(running.submit(call(0, lane=KEYS[0].address), timeout_s=LONG_S))
        running.submit(call(1, lane=KEYS[0].address), timeout_s=LONG_S)
        network.holds = False
        running.drain(timeout_s=LONG_S)
        counts = running.counts()
    assert told.ends() == {0: FlightEnd.REFUSED, 1: FlightEnd.LANDED}
    assert (counts.refused, counts.landed, counts.open) == (1, 1, 0)


def test_a_transaction_that_fails_on_the_chain_is_told_as_such() -> None:
    network, told = FakeNetwork(fails=lambda tx_hash: int(tx_hash, 16) % 2 == 0), Told()
    run(told, network.node(), calls=40)
    assert set(told.ends().values()) == {FlightEnd.LANDED}
    assert {each.succeeded for each in told.outcomes} == {True, False}
    for each in told.outcomes:
        assert each.succeeded is (int(each.tx_hash, 16) % 2 == 1)


def test_confirmations_are_waited_for() -> None:
    network, told = FakeNetwork(), Told()
    seen: list[tuple[int, int]] = []

    def note(outcomes: Sequence[Outcome]) -> None:
        told(outcomes)
        with network.lock:
            seen.extend((each.block_number or 0, len(network.blocks) - 1) for each in outcomes)

    limits = PipelineLimits(block_look_s=0.002, confirmations=3)
    with TransactionPipeline(
        [network.node()], chain_id=CHAIN_ID, keys=KEYS, on_outcomes=note, limits=limits
    ) as running:
        for tag in range(10):
            running.submit(call(tag), timeout_s=LONG_S)
        running.drain(timeout_s=LONG_S)
    all_landed(told, 10)
    assert all(head >= block + 3 for block, head in seen)


def test_a_full_pipeline_holds_its_caller_and_says_why() -> None:
    network, told = FakeNetwork(holds=True), Told()
    limits = PipelineLimits(block_look_s=0.002, depth=2, window=5)
    with pipeline(told, network.node(), limits=limits) as running:
        for tag in range(5):
            running.submit(call(tag), timeout_s=LONG_S)
        with pytest.raises(ChainError, match="no room in the pipeline"):
            running.submit(call(5), timeout_s=0.01)
        with pytest.raises(ChainError, match="5 transactions without an outcome"):
            running.drain(timeout_s=0.01)
        network.holds = False
        running.submit(call(5), timeout_s=LONG_S)
        running.drain(timeout_s=LONG_S)
    all_landed(told, 6)


def test_a_trouble_of_a_lane_is_in_the_refusal() -> None:
    network, told = FakeNetwork(), Told()
    node = network.node()
    node.refuse = lambda _tx_hash: RpcError(-32000, "transaction underpriced", None)
    with pipeline(told, node) as running:
        running.submit(call(0), timeout_s=LONG_S)
        while not running.troubles():
            threading.Event().wait(0.005)
        with pytest.raises(ChainError, match="transaction underpriced"):
            running.drain(timeout_s=0.01)
        node.refuse = lambda _tx_hash: None
        running.drain(timeout_s=LONG_S)
        assert running.troubles() == ()
    all_landed(told, 1)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_defect_of_the_caller_is_raised_where_it_hands_calls_in() -> None:
    network = FakeNetwork()

    def broken(_outcomes: Sequence[Outcome]) -> None:
        raise ZeroDivisionError("a defect")

    with TransactionPipeline([network.node()], chain_id=CHAIN_ID, keys=KEYS, on_outcomes=broken) as running:
        running.submit(call(0), timeout_s=LONG_S)
        with pytest.raises(ZeroDivisionError):
            running.drain(timeout_s=LONG_S)
        with pytest.raises(ZeroDivisionError):
            running.submit(call(1), timeout_s=LONG_S)


def test_a_lane_that_is_not_there_and_a_closed_pipeline_take_nothing() -> None:
    network, told = FakeNetwork(), Told()
    with pipeline(told, network.node()) as running, pytest.raises(KeyError):
        running.submit(call(0, lane="0x" + "00" * 20))
    with pytest.raises(ChainError, match="closed"):
        running.submit(call(0))


def test_a_node_that_is_silent_at_the_start_starts_nothing() -> None:
    node = FakeNetwork().node()
    node.silent = lambda _requests: True
    with pytest.raises(ChainError):
        pipeline(Told(), node)
