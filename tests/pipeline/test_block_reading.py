"""Blocks read whole, from nodes that leave something out, mix something up or cannot do it at once."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account
from fake_network import CHAIN_ID, FakeNetwork, FakeNode

from counterfoil.chain.pipeline.answers import broadcast_all
from counterfoil.chain.pipeline.blocks import BlockReader, counts_of, final_receipts_of, receipts_of
from counterfoil.chain.pipeline.signing import LaneKey
from counterfoil.chain.rpc import RpcError
from counterfoil.ports.engine import ChainError
from counterfoil.ports.outbox import BroadcastAnswer, SignedTransaction

KEY = LaneKey(b"\x05" * 32)


def signed(nonce: int) -> SignedTransaction:
    return KEY.sign_legacy(nonce=nonce, to=b"\x22" * 20, input_bytes=b"", gas=21_000, chain_id=CHAIN_ID)


@pytest.fixture
def node() -> FakeNode:
    """With three transactions in block 1 and none in block 2."""
    network = FakeNetwork()
    for nonce in range(3):
        network.take(signed(nonce).raw)
    network.mine()
    network.mine()
    return network.node()


@pytest.mark.parametrize("at_once", [True, False])
def test_blocks_come_with_every_receipt(node: FakeNode, at_once: bool) -> None:
    node.network.has_block_receipts = at_once
    reader = BlockReader()
    first, second = reader.read(node, 1, 2)
    assert first.tx_hashes == tuple(signed(nonce).tx_hash for nonce in range(3))
    assert first.receipts is not None
    assert [first.receipts[each]["status"] for each in first.tx_hashes] == ["0x1"] * 3
    assert (first.number, first.time_s, first.gas_used) == (1, 1_001, 63_000)
    assert (second.tx_hashes, second.receipts) == ((), {})


def test_a_node_without_receipts_of_blocks_is_asked_for_them_once(node: FakeNode) -> None:
    node.network.has_block_receipts = False
    asked: list[str] = []
    node.change = lambda method, _params, true: (asked.append(method), true)[1]
    refused: list[str] = []
    whole = node._answer

    def answer(method: str, params: list[Any]) -> Any:
        if method == "eth_getBlockReceipts":
            refused.append(method)
        return whole(method, params)

    node._answer = answer  # type: ignore[method-assign] # to count what is refused as well
    reader = BlockReader()
    reader.read(node, 0, 1)
    reader.read(node, 2, 2)
    assert refused == ["eth_getBlockReceipts"]
    assert asked.count("eth_getTransactionReceipt") == 3


def test_without_receipts_only_blocks_are_read(node: FakeNode) -> None:
    asked: list[str] = []
    node.change = lambda method, _params, true: (asked.append(method), true)[1]
    (block,) = BlockReader(with_receipts=False).read(node, 1, 1)
    assert (block.receipts, set(asked)) == (None, {"eth_getBlockByNumber"})


def changed_in(wanted: str, change: Any) -> Any:
    return lambda method, _params, true: change(true) if method == wanted else true


@pytest.mark.parametrize(
    ("wanted", "change"),
    [
        ("eth_getBlockReceipts", lambda true: true[:-1]),
        ("eth_getBlockReceipts", lambda true: [true[0], *true[:2]]),
        ("eth_getBlockReceipts", lambda true: [{**each, "blockHash": "0xab"} for each in true]),
        ("eth_getBlockReceipts", lambda _true: [{}]),
        ("eth_getBlockReceipts", lambda _true: None),
        ("eth_getBlockReceipts", lambda _true: RpcError(-32000, "the header does not exist", None)),
        ("eth_getBlockByNumber", lambda _true: None),
        ("eth_getBlockByNumber", lambda true: {**true, "number": "0x7"}),
        ("eth_getBlockByNumber", lambda true: {**true, "parentHash": "0xab"}),
        ("eth_getBlockByNumber", lambda _true: {"number": "0x1"}),
        ("eth_getBlockByNumber", lambda true: {**true, "timestamp": None}),
    ],
)
def test_what_is_missing_or_mixed_up_is_no_answer(node: FakeNode, wanted: str, change: Any) -> None:
    reader = BlockReader()
    reader.read(node, 0, 0)
    node.change = changed_in(wanted, change)
    with pytest.raises(ChainError) as told:
        reader.read(node, 1, 2)
    assert told.value.code == "ChainUnavailable"
    # Nothing of it was believed: the same blocks are read once the node is sound.
    node.change = lambda _method, _params, true: true
    assert [block.number for block in reader.read(node, 1, 2)] == [1, 2]


def test_a_chain_that_changes_behind_what_was_read_is_noticed(node: FakeNode) -> None:
    reader = BlockReader()
    reader.read(node, 0, 1)
    node.network.blocks[2]["parentHash"] = "0x" + "cd" * 32
    with pytest.raises(ChainError, match="does not follow"):
        reader.read(node, 2, 2)


@pytest.mark.parametrize("answer", [None, {}, "zz", RpcError(-32603, "internal error", None)])
def test_a_count_that_is_no_number_is_never_zero(node: FakeNode, answer: Any) -> None:
    node.change = lambda _method, _params, _true: answer
    with pytest.raises(ChainError):
        counts_of(node, [KEY.address], tag="latest")
    with pytest.raises(ChainError):
        BlockReader().head(node)


def test_receipts_of_single_transactions_tell_apart_none_and_trouble(node: FakeNode) -> None:
    there, missing = receipts_of(node, [signed(0).tx_hash, "0x" + "ab" * 32])
    assert there is not None
    assert (there["transactionHash"], missing) == (signed(0).tx_hash, None)
    node.change = lambda _method, _params, _true: RpcError(-32002, "request timed out", None)
    with pytest.raises(ChainError):
        receipts_of(node, ["0x01"])


def test_a_receipt_that_is_shown_before_its_block_is_none_yet(node: FakeNode) -> None:
    """Kaia v1.0.3 under load: the receipt was there, and eth_getBlockByNumber of its block was null."""
    wanted = [signed(0).tx_hash, "0x" + "ab" * 32]
    node.change = lambda method, _params, true: "0x0" if method == "eth_blockNumber" else true
    assert final_receipts_of(node, wanted) == [None, None]
    node.change = lambda _method, _params, true: true
    there, missing = final_receipts_of(node, wanted)
    assert there is not None
    assert (there["transactionHash"], missing) == (wanted[0], None)
    node.change = changed_in("eth_getTransactionReceipt", lambda true: true and {**true, "blockHash": None})
    assert final_receipts_of(node, wanted) == [None, None]
    node.change = changed_in("eth_getTransactionReceipt", lambda true: true and {**true, "blockNumber": None})
    with pytest.raises(ChainError):
        final_receipts_of(node, wanted)


def test_each_answer_to_bytes_is_told_apart() -> None:
    node = FakeNetwork().node()
    batch = [signed(nonce) for nonce in range(4)]
    by_hash = {each.tx_hash: each for each in batch}
    words = {batch[1].tx_hash: "txpool is full: 4096", batch[2].tx_hash: "oversized data"}
    node.refuse = lambda tx_hash: RpcError(-32000, words[tx_hash], None) if tx_hash in words else None
    node.change = lambda _method, _params, true: "0x01" if by_hash.get(true) is batch[3] else true
    told = broadcast_all(node, [(each.raw, each.tx_hash) for each in batch])
    assert [each.answer for each in told] == [
        BroadcastAnswer.TAKEN,
        BroadcastAnswer.FULL,
        BroadcastAnswer.TOO_MUCH_GAS,
        # It named another transaction than it was given: nobody knows what it has.
        BroadcastAnswer.UNREACHABLE,
    ]
    node.silent = lambda _requests: True
    told = broadcast_all(node, [(each.raw, each.tx_hash) for each in batch])
    assert {each.answer for each in told} == {BroadcastAnswer.UNREACHABLE}
    assert Account.recover_transaction(batch[0].raw) == KEY.address
