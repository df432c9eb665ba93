"""Endpoints that lie about blocks, receipts, logs and refusals: found out, left, and told of."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from counterfoil.chain.endpoints.pool import EndpointPool
from counterfoil.chain.endpoints.provider import PoolProvider
from counterfoil.chain.engines import EngineProfile
from counterfoil.ports.engine import ChainError
from endpoints.sealed_chain import UNSEALED, FakeEndpoint, FakeTime, SealedChain, keys_of, pool_over, refusal

NEWEST = ("eth_getBlockByNumber", ["latest", False])


@pytest.fixture
def chain() -> SealedChain:
    made = SealedChain()
    made.grow(20)
    made.grow(transactions=7)
    return made


@pytest.fixture
def nodes(chain: SealedChain) -> list[FakeEndpoint]:
    return [FakeEndpoint(chain) for _ in range(4)]


def one_in_use(pool: EndpointPool, nodes: list[FakeEndpoint]) -> tuple[int, FakeEndpoint]:
    """The endpoint that is asked next."""
    pool.ask([NEWEST])
    place = next(place for place, each in enumerate(pool.state().endpoints) if each.is_in_use)
    return place, nodes[place]


def changed(method: str, change: Callable[[Any], Any]) -> Any:
    """A fault that changes the results of one method."""
    return lambda asked, _params, result: change(result) if asked == method else result


def with_other_data(receipts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first log says another amount."""
    receipts[0]["logs"][0]["data"] = "0x" + "00" * 31 + "ff"
    return receipts


@pytest.mark.parametrize("method", ["eth_getBlockReceipts", "kaia_getBlockReceipts"])
def test_receipts_are_held_to_the_sealed_header(
    nodes: list[FakeEndpoint], chain: SealedChain, method: str
) -> None:
    pool = pool_over(nodes, FakeTime())
    place, liar = one_in_use(pool, nodes)
    liar.fault = changed(method, with_other_data)
    (answer,) = pool.ask([(method, [chain.blocks[21]["hash"]])])
    assert answer["result"][0]["logs"][0]["data"] == chain.receipts[21][0]["logs"][0]["data"]
    told = pool.state().endpoints[place]
    assert (told.state, told.quarantines) == ("quarantined", 1)
    assert told.reason == "its receipts of block 21 are not those of the block's header"


@pytest.mark.parametrize(
    "lie",
    [
        lambda receipt: {**receipt, "status": "0x0"},
        lambda receipt: {**receipt, "gasUsed": "0x1"},
        lambda receipt: {**receipt, "logs": []},
        lambda receipt: {**receipt, "transactionIndex": "0x3"},
        lambda receipt: with_other_data([receipt])[0],
        lambda receipt: {**receipt, "blockHash": "0x" + "11" * 32},
        lambda receipt: {**receipt, "blockNumber": "0x1"},
        lambda receipt: {**receipt, "transactionHash": "0x" + "11" * 32},
    ],
)
def test_a_receipt_is_held_to_those_of_its_block(
    nodes: list[FakeEndpoint], chain: SealedChain, lie: Callable[[Any], Any]
) -> None:
    pool = pool_over(nodes, FakeTime())
    place, liar = one_in_use(pool, nodes)
    liar.fault = changed("eth_getTransactionReceipt", lie)
    tx_hash = chain.receipts[21][0]["transactionHash"]
    (answer,) = pool.ask([("eth_getTransactionReceipt", [tx_hash])])
    assert answer["result"]["status"] == "0x1"
    assert answer["result"]["logs"] == chain.receipts[21][0]["logs"]
    assert pool.state().endpoints[place].state in ("quarantined", "silent")
    assert not pool.state().endpoints[place].is_in_use


def test_failed_receipts_are_proven_too(nodes: list[FakeEndpoint], chain: SealedChain) -> None:
    pool = pool_over(nodes, FakeTime())
    failed = chain.receipts[21][2]
    assert failed["status"] == "0x0"
    (answer,) = pool.ask([("eth_getTransactionReceipt", [failed["transactionHash"]])])
    assert answer["result"]["status"] == "0x0"
    assert [each.state for each in pool.state().endpoints] == ["healthy"] * 4


@pytest.mark.parametrize("field", ["timestamp", "stateRoot", "logsBloom", "parentHash", "receiptsRoot"])
def test_a_block_is_held_to_its_sealed_header(nodes: list[FakeEndpoint], field: str) -> None:
    pool = pool_over(nodes, FakeTime())
    place, liar = one_in_use(pool, nodes)
    wrong = "0x7" if field == "timestamp" else "0x" + "11" * (256 if field == "logsBloom" else 32)
    liar.fault = changed("eth_getBlockByNumber", lambda block: {**block, field: wrong})
    (answer,) = pool.ask([NEWEST])
    assert answer["result"][field] != wrong
    assert (
        pool.state().endpoints[place].reason == f"its answer for block 21 has another {field} than the block"
    )


def test_a_block_that_too_few_sealed_is_left(nodes: list[FakeEndpoint], chain: SealedChain) -> None:
    """A single validator that makes up a block, and serves it as if it were one."""
    pool = pool_over(nodes, FakeTime())
    place, liar = one_in_use(pool, nodes)
    liar.chain = chain.fork(at=22)
    liar.chain.grow(3, seals=1)
    (answer,) = pool.ask([NEWEST])
    assert int(answer["result"]["number"], 16) == 21
    assert pool.state().endpoints[place].reason == "block 24 has 1 seals of its 4 validators; it needs 3"


def test_a_chain_of_made_up_validators_is_left(nodes: list[FakeEndpoint], chain: SealedChain) -> None:
    liar = nodes[0]
    liar.chain = chain.fork(at=15)
    liar.chain.validators = keys_of("intruders")
    liar.chain.grow(30)
    pool = pool_over(nodes, FakeTime())
    state = pool.look()
    assert [each.state for each in state.endpoints] == ["quarantined", "healthy", "healthy", "healthy"]
    # What it said of its height makes nobody else look late.
    assert state.newest_block == 21
    assert pool.ask([NEWEST])[0]["result"]["number"] == "0x15"


def test_a_bare_number_of_a_block_is_not_believed(nodes: list[FakeEndpoint]) -> None:
    """Were it, no endpoint would ever have the newest block again."""
    for node in nodes:
        node.fault = changed("eth_blockNumber", lambda _number: hex(10**9))
    pool = pool_over(nodes, FakeTime())
    assert pool.ask([("eth_blockNumber", [])])[0]["result"] == "0x15"
    assert pool.ask([NEWEST])[0]["result"]["number"] == "0x15"


def test_two_sealed_blocks_at_one_height_are_a_fork_of_the_network(chain: SealedChain) -> None:
    """More than a third of the validators lie: three endpoints against one say who is right."""
    other = chain.fork(at=21)
    other.grow()
    nodes = [FakeEndpoint(chain), FakeEndpoint(chain), FakeEndpoint(chain), FakeEndpoint(other)]
    pool = pool_over(nodes, FakeTime())
    state = pool.look()
    assert [each.state for each in state.endpoints] == ["healthy", "healthy", "healthy", "quarantined"]
    assert "at height 21 it has block" in state.endpoints[3].reason
    assert "and 3 of 4 have" in state.endpoints[3].reason


def test_two_against_two_is_trusted_by_nobody(chain: SealedChain) -> None:
    other = chain.fork(at=21)
    other.grow()
    nodes = [FakeEndpoint(chain), FakeEndpoint(chain), FakeEndpoint(other), FakeEndpoint(other)]
    pool = pool_over(nodes, FakeTime())
    trouble = pool.look().trouble or ""
    assert trouble.startswith("The endpoints have different blocks at height 21")
    assert all(name in trouble for name in ("bank", "core", "platform", "regulator"))
    with pytest.raises(ChainError) as refused:
        pool.ask([NEWEST])
    assert refused.value.code == "EndpointsDisagree"
    nodes[2].chain = nodes[3].chain = chain
    assert pool.look().trouble is None
    assert pool.ask([NEWEST])[0]["result"]["number"] == "0x15"


# -- without seals --


def unsealed(nodes: list[FakeEndpoint], time: FakeTime, profile: EngineProfile = UNSEALED) -> EndpointPool:
    return pool_over(nodes, time, profile=profile)


def test_without_seals_two_against_one_says_who_lies(chain: SealedChain) -> None:
    other = chain.fork(at=10)
    other.grow(12)
    nodes = [FakeEndpoint(other), FakeEndpoint(chain), FakeEndpoint(chain)]
    pool = unsealed(nodes, FakeTime())
    state = pool.look()
    assert [each.state for each in state.endpoints] == ["quarantined", "healthy", "healthy"]
    assert pool.ask([NEWEST])[0]["result"]["hash"] == chain.blocks[21]["hash"]


def test_without_seals_a_lie_in_an_answer_is_found_before_it_is_given_out(
    nodes: list[FakeEndpoint], chain: SealedChain
) -> None:
    pool = unsealed(nodes, FakeTime())
    place, liar = one_in_use(pool, nodes)
    chain.grow()
    liar.fault = lambda method, params, result: (
        {**result, "hash": "0x" + "11" * 32}
        if method == "eth_getBlockByNumber" and result is not None and result["number"] == "0x16"
        else result
    )
    (answer,) = pool.ask([NEWEST])
    assert answer["result"]["hash"] == chain.blocks[22]["hash"]
    assert pool.state().endpoints[place].state == "quarantined"


def test_without_seals_a_made_up_height_makes_nobody_late(
    nodes: list[FakeEndpoint], chain: SealedChain
) -> None:
    nodes[0].chain = chain.fork(at=22)
    nodes[0].chain.grow(100)
    pool = unsealed(nodes, FakeTime())
    state = pool.look()
    assert [each.state for each in state.endpoints] == ["quarantined", "healthy", "healthy", "healthy"]
    assert state.newest_block == 21


def test_without_seals_one_endpoint_alone_is_not_enough(nodes: list[FakeEndpoint]) -> None:
    pool = unsealed(nodes, FakeTime())
    pool.look()
    for node in nodes[1:]:
        node.is_dead = True
    with pytest.raises(ChainError) as refused:
        pool.ask([NEWEST])
    assert refused.value.code == "EndpointsTooFew"
    assert "1 of 4 endpoints can be used, but 2 must agree on block 21" in refused.value.message


def test_agreement_can_be_asked_of_more(nodes: list[FakeEndpoint], chain: SealedChain) -> None:
    pool = pool_over(nodes, FakeTime(), profile=UNSEALED, agreement=4)
    nodes[2].is_dead = True
    with pytest.raises(ChainError, match="3 of 4 endpoints can be used, but 4 must agree"):
        pool.ask([NEWEST])
    nodes[2].is_dead = False
    pool.look()
    assert pool.ask([NEWEST])[0]["result"]["hash"] == chain.blocks[21]["hash"]


# -- refusals --


def test_a_refusal_counts_where_enough_say_it(nodes: list[FakeEndpoint]) -> None:
    pool = pool_over(nodes, FakeTime())
    for node in nodes:
        node.fault = changed("eth_call", lambda _result: refusal("execution reverted", 3, "0x1234"))
    (answer,) = pool.ask([("eth_call", [{}, "latest"])])
    assert answer["error"]["data"] == "0x1234"
    assert sum(each.methods().count("eth_call") for each in nodes) == 2


def test_a_refusal_that_one_alone_makes_up_is_none(nodes: list[FakeEndpoint]) -> None:
    pool = pool_over(nodes, FakeTime())
    _, liar = one_in_use(pool, nodes)
    liar.fault = changed("eth_call", lambda _result: refusal("execution reverted", 3, "0x1234"))
    answers = pool.ask([("eth_call", [{}, "latest"]), NEWEST])
    assert answers[0]["result"] == "0x15"


def test_a_refusal_that_nobody_can_confirm_is_none(nodes: list[FakeEndpoint]) -> None:
    pool = pool_over(nodes, FakeTime())
    pool.look()
    for node in nodes[1:]:
        node.is_dead = True
    nodes[0].fault = changed("eth_estimateGas", lambda _result: refusal("never asked"))
    nodes[0].fault = changed("eth_call", lambda _result: refusal("execution reverted", 3))
    with pytest.raises(ChainError) as refused:
        pool.ask([("eth_call", [{}, "latest"])])
    assert refused.value.code == "EndpointsTooFew"
    assert "must agree on the refusal of a trial run" in refused.value.message


# -- readers' complaints, quarantine --


def test_a_reader_that_finds_logs_missing_has_another_one_asked(
    nodes: list[FakeEndpoint], chain: SealedChain
) -> None:
    pool = pool_over(nodes, FakeTime())
    provider = PoolProvider(pool)
    place, _ = one_in_use(pool, nodes)
    provider.make_request("eth_getLogs", [{"blockHash": chain.blocks[21]["hash"]}])  # type: ignore[arg-type] # web3 has a type of its own for method names
    provider.complain("its logs of block 21 are not those of its receipts")
    told = pool.state().endpoints[place]
    assert (told.state, told.reason) == ("quarantined", "its logs of block 21 are not those of its receipts")
    assert one_in_use(pool, nodes)[0] != place


def test_the_only_endpoint_is_asked_again_at_once(chain: SealedChain) -> None:
    pool = pool_over([FakeEndpoint(chain)], FakeTime())
    pool.ask([NEWEST])
    PoolProvider(pool).complain("its logs are short")
    assert pool.state().endpoints[0].state == "healthy"


def test_quarantine_ends_and_lasts_twice_as_long_the_next_time(
    nodes: list[FakeEndpoint], caplog: pytest.LogCaptureFixture
) -> None:
    time = FakeTime()
    pool = pool_over(nodes, time, quarantine_s=60)
    place, liar = one_in_use(pool, nodes)
    liar.fault = changed("eth_getBlockByNumber", lambda block: {**block, "timestamp": "0x7"})
    with caplog.at_level(logging.WARNING, logger="counterfoil.endpoints"):
        pool.ask([NEWEST])
    said = [(each.getMessage(), vars(each).get("scope")) for each in caplog.records]
    assert said == [("an endpoint is quarantined", pool.state().endpoints[place].name)]
    for lasts_s in (60, 120, 240):
        time.pass_by(lasts_s - 1)
        assert pool.look().endpoints[place].state == "quarantined"
        liar.fault = lambda _method, _params, result: result
        time.pass_by(1)
        assert pool.look().endpoints[place].state == "healthy"
        PoolProvider(pool).complain("nothing")
        pool._roster.distrust(pool._roster.endpoints[place], "again")


def test_where_all_lie_nobody_is_believed(nodes: list[FakeEndpoint], chain: SealedChain) -> None:
    pool = pool_over(nodes, FakeTime())
    pool.look()
    for node in nodes:
        node.fault = changed("eth_getBlockReceipts", with_other_data)
    with pytest.raises(ChainError) as refused:
        pool.ask([("eth_getBlockReceipts", [chain.blocks[21]["hash"]])])
    assert refused.value.code == "AnswerUnproven"
    assert all(f"{name}: its receipts" in refused.value.message for name in ("bank", "core", "platform"))


@pytest.mark.parametrize(
    ("request_", "lie"),
    [
        (("eth_getBlockByNumber", ["0x5", False]), lambda block: {**block, "number": "0x6"}),
        (("eth_getBlockByNumber", ["0x5", False]), lambda _block: "a block"),
        (("eth_getBlockByNumber", ["0x5", False]), lambda block: {"number": block["number"]}),
    ],
)
def test_malformed_answers_are_left(
    nodes: list[FakeEndpoint], request_: tuple[str, list[Any]], lie: Callable[[Any], Any]
) -> None:
    pool = pool_over(nodes, FakeTime())
    place, liar = one_in_use(pool, nodes)
    liar.fault = changed(request_[0], lie)
    (answer,) = pool.ask([request_])
    assert answer["result"] is not None
    assert pool.state().endpoints[place].state == "quarantined"
