"""Endpoints that die, hang back, come back or belong elsewhere: what is asked of whom, and what is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from counterfoil.chain.endpoints.pool import EndpointPool, pinned
from counterfoil.chain.endpoints.rules import PoolRules
from counterfoil.chain.endpoints.transport import SilentError
from counterfoil.chain.engines import UNKNOWN
from counterfoil.ports.engine import ChainError, ChainErrorKind
from endpoints.sealed_chain import (
    UNSEALED,
    FakeEndpoint,
    FakeTime,
    SealedChain,
    network_with,
    pool_over,
    refusal,
)

NEWEST = ("eth_getBlockByNumber", ["latest", False])


@pytest.fixture
def chain() -> SealedChain:
    made = SealedChain()
    made.grow(20)
    return made


@pytest.fixture
def nodes(chain: SealedChain) -> list[FakeEndpoint]:
    return [FakeEndpoint(chain) for _ in range(4)]


def newest(pool: EndpointPool) -> int:
    (answer,) = pool.ask([NEWEST])
    return int(answer["result"]["number"], 16)


def states(pool: EndpointPool) -> list[str]:
    return [each.state for each in pool.state().endpoints]


def in_use(pool: EndpointPool) -> str | None:
    return next((each.name for each in pool.state().endpoints if each.is_in_use), None)


def test_one_endpoint_is_asked_as_long_as_it_is_good(nodes: list[FakeEndpoint], chain: SealedChain) -> None:
    pool = pool_over(nodes, FakeTime())
    assert newest(pool) == 20
    first = in_use(pool)
    for _ in range(5):
        chain.grow()
        pool.look()
        assert newest(pool) == chain.height
        assert in_use(pool) == first
    assert states(pool) == ["healthy"] * 4
    assert pool.state().trouble is None


@pytest.mark.parametrize("method", ["eth_getBlockByNumber", "eth_call", "eth_sendRawTransaction"])
def test_a_dead_endpoint_is_left_within_one_request(nodes: list[FakeEndpoint], method: str) -> None:
    pool = pool_over(nodes, FakeTime())
    newest(pool)
    dead = next(each for each in pool.state().endpoints if each.is_in_use)
    nodes[_place(pool, dead.name)].is_dead = True
    params = {"eth_getBlockByNumber": ["latest", False], "eth_call": [{}, "latest"]}.get(method, ["0x1234"])
    (answer,) = pool.ask([(method, params)])
    assert answer.get("error") is None
    assert in_use(pool) not in (None, dead.name)
    told = pool.state().endpoints[_place(pool, dead.name)]
    assert (told.state, told.reason) == ("silent", "no connection")


def test_half_a_batch_is_no_answer(nodes: list[FakeEndpoint]) -> None:
    pool = pool_over(nodes[:2], FakeTime(), profile=UNKNOWN)
    newest(pool)
    bad = _place(pool, in_use(pool) or "")
    nodes[bad].shortens_batches = True
    answers = pool.ask([NEWEST, ("eth_call", [{}, "latest"])])
    assert len(answers) == 2
    assert in_use(pool) != pool.state().endpoints[bad].name


def test_all_down_and_back_again(nodes: list[FakeEndpoint]) -> None:
    time = FakeTime()
    pool = pool_over(nodes, time)
    assert newest(pool) == 20
    for node in nodes:
        node.is_dead = True
    with pytest.raises(ChainError) as failed:
        newest(pool)
    assert failed.value.kind is ChainErrorKind.UNAVAILABLE
    assert failed.value.code == "NoEndpoint"
    for name in ("bank", "core", "platform", "regulator"):
        assert f"{name}: no connection" in failed.value.message
    assert pool.state().trouble is not None
    for node in nodes:
        node.is_dead = False
    time.pass_by(1)
    assert newest(pool) == 20
    assert pool.look().trouble is None
    assert states(pool) == ["healthy"] * 4


def test_a_flapping_endpoint_is_used_while_it_answers(nodes: list[FakeEndpoint], chain: SealedChain) -> None:
    time = FakeTime()
    pool = pool_over(nodes[:1], time, profile=UNKNOWN)
    for turn in range(6):
        nodes[0].is_dead = turn % 2 == 1
        time.pass_by(1)
        if nodes[0].is_dead:
            with pytest.raises(ChainError, match="no connection"):
                newest(pool)
        else:
            chain.grow()
            assert newest(pool) == chain.height


def test_an_endpoint_that_answers_late_is_silent(nodes: list[FakeEndpoint]) -> None:
    def too_late(_method: str, _params: Any, _result: Any) -> Any:
        raise SilentError("no answer in time")

    nodes[2].fault = too_late
    pool = pool_over(nodes, FakeTime())
    pool.look()
    assert states(pool) == ["healthy", "healthy", "silent", "healthy"]
    assert pool.state().endpoints[2].reason == "no answer in time"
    assert newest(pool) == 20


def test_an_endpoint_that_lags_is_refused_until_it_has_caught_up(nodes: list[FakeEndpoint]) -> None:
    nodes[0].behind = 6
    pool = pool_over(nodes, FakeTime(), lag_blocks=5)
    pool.look()
    told = pool.state().endpoints[0]
    assert (told.state, told.reason) == ("refused", "it lags: 6 blocks and 6 s behind block 20")
    nodes[0].behind = 5
    pool.look()
    assert states(pool)[0] == "healthy"


def test_an_endpoint_whose_newest_block_is_old_is_refused(nodes: list[FakeEndpoint]) -> None:
    nodes[0].behind = 4
    pool = pool_over(nodes, FakeTime(), lag_blocks=5, lag_s=3)
    pool.look()
    assert states(pool) == ["refused", "healthy", "healthy", "healthy"]


def test_an_endpoint_that_still_syncs_is_refused(nodes: list[FakeEndpoint]) -> None:
    nodes[1].is_syncing = True
    pool = pool_over(nodes, FakeTime())
    pool.look()
    assert pool.state().endpoints[1].reason == "it is still catching up, at block 20"


def test_what_was_shown_as_newest_never_goes_back(nodes: list[FakeEndpoint], chain: SealedChain) -> None:
    pool = pool_over(nodes[:2], FakeTime())
    nodes[1].behind = 2
    assert newest(pool) == 20
    nodes[0].is_dead = True
    for request in (NEWEST, ("eth_blockNumber", []), ("eth_call", [{}, "latest"])):
        with pytest.raises(ChainError) as failed:
            pool.ask([request])
        assert failed.value.code == "EndpointsBehind"
        assert "Block 20 was shown already" in failed.value.message
        assert "core: it ends at block 18" in failed.value.message
    # What is asked for by its number is not said to be the newest.
    (answer,) = pool.ask([("eth_getBlockByNumber", ["0x5", False])])
    assert answer["result"]["number"] == "0x5"
    nodes[1].behind = 0
    assert newest(pool) == 20
    (answer,) = pool.ask([("eth_call", [{}, "latest"])])
    assert answer["result"] == hex(chain.height)


def test_a_receipt_raises_what_newest_state_must_have(nodes: list[FakeEndpoint], chain: SealedChain) -> None:
    pool = pool_over(nodes[:2], FakeTime())
    newest(pool)
    chain.grow(transactions=1)
    first = _place(pool, in_use(pool) or "")
    nodes[1 - first].behind = 1
    tx_hash = chain.receipts[-1][0]["transactionHash"]
    assert pool.ask([("eth_getTransactionReceipt", [tx_hash])])[0]["result"]["blockNumber"] == "0x15"
    nodes[first].is_dead = True
    with pytest.raises(ChainError, match="it ends at block 20"):
        pool.ask([("eth_call", [{}, "latest"])])


# -- who belongs to the network --


@pytest.mark.parametrize("field", ["chain id", "genesis hash"])
def test_an_endpoint_of_another_chain_is_refused_then_and_later(
    nodes: list[FakeEndpoint], chain: SealedChain, field: str
) -> None:
    pool = pool_over(nodes, FakeTime())
    pool.look()
    assert states(pool) == ["healthy"] * 4
    if field == "chain id":
        nodes[3].chain_id = 1
    else:
        nodes[3].chain = SealedChain(salt="elsewhere")
        nodes[3].chain.grow(30)
    pool.look()
    told = pool.state().endpoints[3]
    assert told.state == "refused"
    assert told.reason.startswith(f"it is of another chain: its {field} is")
    assert newest(pool) == chain.height


def test_a_whole_other_chain_is_rejected_by_its_deployment(nodes: list[FakeEndpoint]) -> None:
    bare = network_with(nodes, UNKNOWN, chain_id=None, genesis_hash=None)
    pool = pool_over(nodes, FakeTime(), network=pinned(bare, chain_id=8217, genesis_hash="0x" + "77" * 32))
    with pytest.raises(ChainError) as failed:
        newest(pool)
    assert failed.value.kind is ChainErrorKind.REJECTED
    assert failed.value.code == "ChainMismatch"
    assert failed.value.facts["field"] == "genesis hash"


def test_bare_addresses_take_the_chain_of_most(nodes: list[FakeEndpoint], chain: SealedChain) -> None:
    nodes[0].chain = SealedChain(salt="elsewhere")
    bare = network_with(nodes, UNKNOWN, chain_id=None, genesis_hash=None)
    pool = pool_over(nodes, FakeTime(), network=bare)
    assert newest(pool) == 20
    assert pool.state().genesis_hash == chain.blocks[0]["hash"]
    assert states(pool)[0] == "refused"


def test_bare_addresses_of_two_chains_say_nothing(nodes: list[FakeEndpoint]) -> None:
    nodes[0].chain = SealedChain(salt="elsewhere")
    bare = network_with(nodes[:2], UNKNOWN, chain_id=None, genesis_hash=None)
    time = FakeTime()
    pool = pool_over(nodes[:2], time, network=bare)
    with pytest.raises(ChainError) as failed:
        newest(pool)
    assert failed.value.code == "EndpointsDisagree"
    # One of the two falling silent does not make the other one right.
    nodes[0].is_dead = True
    time.pass_by(10)
    pool.look()
    with pytest.raises(ChainError, match="no majority"):
        newest(pool)


# -- sending --


def test_bytes_go_to_one_endpoint_first_and_to_all_when_they_are_sent_again(
    nodes: list[FakeEndpoint],
) -> None:
    pool = pool_over(nodes, FakeTime())
    newest(pool)
    pool.ask([("eth_sendRawTransaction", ["0xaa"])])
    assert sum(len(each.sent) for each in nodes) == 1
    pool.ask([("eth_sendRawTransaction", ["0xaa"]), ("eth_sendRawTransaction", ["0xbb"])])
    assert sorted(each.sent.count("0xaa") for each in nodes) == [1, 1, 1, 2]
    assert sum(each.sent.count("0xbb") for each in nodes) == 1


def test_bytes_that_one_endpoint_has_no_room_for_are_taken_by_another(nodes: list[FakeEndpoint]) -> None:
    pool = pool_over(nodes, FakeTime())
    newest(pool)
    full = nodes[_place(pool, in_use(pool) or "")]
    full.fault = lambda method, _params, result: (
        refusal("txpool is full: 4096") if method == "eth_sendRawTransaction" else result
    )
    (first,) = pool.ask([("eth_sendRawTransaction", ["0xaa"])])
    assert first["error"]["message"] == "txpool is full: 4096"
    (again,) = pool.ask([("eth_sendRawTransaction", ["0xaa"])])
    assert "result" in again


# -- standing still --


def test_a_network_without_new_blocks_says_so(nodes: list[FakeEndpoint], chain: SealedChain) -> None:
    time = FakeTime()
    time.pass_by(chain.height)
    pool = pool_over(nodes, time, stall_s=8)
    assert pool.look().trouble is None
    nodes[0].is_dead = nodes[1].is_dead = True
    time.pass_by(7)
    assert pool.look().trouble is None
    time.pass_by(5)
    told = "the network makes no blocks: newest block 20 is 12 s old; 2 of 4 endpoints answer"
    assert pool.look().trouble == told
    assert newest(pool) == 20
    nodes[0].is_dead = False
    chain.grow()
    assert pool.look().trouble is None


def test_a_network_that_stood_still_before_we_came_says_so_at_once(nodes: list[FakeEndpoint]) -> None:
    time = FakeTime()
    time.pass_by(500)
    assert "newest block 20 is 480 s old" in (pool_over(nodes, time).look().trouble or "")


def test_silence_is_no_trouble_where_blocks_come_with_transactions_only(nodes: list[FakeEndpoint]) -> None:
    time = FakeTime()
    pool = pool_over(nodes, time, profile=UNKNOWN)
    pool.look()
    time.pass_by(500)
    assert pool.look().trouble is None


# -- threads --


def test_threads_share_a_pool_while_endpoints_come_and_go(
    nodes: list[FakeEndpoint], chain: SealedChain
) -> None:
    time = FakeTime()
    pool = pool_over(nodes, time)
    seen: list[list[int]] = [[] for _ in range(8)]

    def read(place: int) -> None:
        for _ in range(40):
            seen[place].append(newest(pool))

    with ThreadPoolExecutor(8) as threads:
        running = [threads.submit(read, place) for place in range(8)]
        for turn in range(12):
            chain.grow()
            nodes[turn % 4].is_dead = not nodes[turn % 4].is_dead and turn % 4 != 3
            pool.look()
        for each in running:
            each.result()
    assert all(each == sorted(each) for each in seen)
    assert pool.state().shown_block <= chain.height


def test_the_pool_looks_by_itself_until_it_is_closed(chain: SealedChain) -> None:
    nodes = [FakeEndpoint(chain)]
    pool = EndpointPool(
        network_with(nodes), rules=PoolRules(look_every_s=0.01), transport=lambda _address: nodes[0]
    )
    pool.start()
    while nodes[0].methods().count("eth_syncing") < 3:
        pass
    pool.close()
    asked = len(nodes[0].asked)
    pool.close()
    assert len(nodes[0].asked) == asked


def _place(pool: EndpointPool, name: str) -> int:
    return [each.name for each in pool.state().endpoints].index(name)


def test_unsealed_endpoints_wait_for_each_other(chain: SealedChain) -> None:
    nodes = [FakeEndpoint(chain) for _ in range(4)]
    time = FakeTime()
    pool = pool_over(nodes, time, profile=UNSEALED)
    pool.look()
    assert pool.state().proven_by == "agreement of 2"
    newest(pool)
    for node in nodes:
        node.behind = 1
    nodes[_place(pool, in_use(pool) or "")].behind = 0
    chain.grow()
    # The block that one alone has is shown by nobody: the floor stays, and the others' newest one is behind.
    assert newest(pool) == 20


def test_a_receipt_that_is_shown_before_its_block_is_waited_for(
    nodes: list[FakeEndpoint], chain: SealedChain
) -> None:
    """As Kaia does for a moment on a busy machine."""
    pool = pool_over(nodes, FakeTime())
    newest(pool)
    place = _place(pool, in_use(pool) or "")
    chain.grow(transactions=1)
    hidden = [3]

    def not_yet(method: str, params: Any, result: Any) -> Any:
        if method in ("eth_getBlockByNumber", "kaia_getHeaderByHash") and hidden[0]:
            hidden[0] -= 1
            return None
        return result

    nodes[place].fault = not_yet
    tx_hash = chain.receipts[-1][0]["transactionHash"]
    (answer,) = pool.ask([("eth_getTransactionReceipt", [tx_hash])])
    assert answer["result"]["blockNumber"] == "0x15"
    assert hidden == [0]
    assert in_use(pool) == pool.state().endpoints[place].name
    assert newest(pool) == 21


def test_a_receipt_whose_block_never_comes_is_no_answer(
    nodes: list[FakeEndpoint], chain: SealedChain
) -> None:
    pool = pool_over(nodes, FakeTime())
    newest(pool)
    place = _place(pool, in_use(pool) or "")
    chain.grow(transactions=1)
    nodes[place].fault = lambda method, params, result: (
        None if method == "eth_getBlockByNumber" and params[0] == "0x15" else result
    )
    tx_hash = chain.receipts[-1][0]["transactionHash"]
    (answer,) = pool.ask([("eth_getTransactionReceipt", [tx_hash])])
    assert answer["result"] is not None
    assert pool.state().endpoints[place].reason == "not yet: it has a receipt of block 21 and not the block"


def test_an_endpoint_a_moment_behind_is_waited_for(nodes: list[FakeEndpoint], chain: SealedChain) -> None:
    pool = pool_over(nodes[:2], FakeTime())
    newest(pool)
    first = _place(pool, in_use(pool) or "")
    nodes[first].is_dead = True
    other = nodes[1 - first]
    other.behind = 1

    def comes(method: str, _params: Any, result: Any) -> Any:
        if method == "eth_getBlockByNumber" and other.methods().count(method) > 8:
            other.behind = 0
        return result

    other.fault = comes
    assert newest(pool) == 20
