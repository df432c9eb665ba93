"""The embedded chain as a JSON-RPC node: what it takes, what it refuses, what it answers after reopening."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from chain_support import gateway_on
from eth_account.signers.local import LocalAccount
from eth_utils import keccak
from web3.exceptions import ContractCustomError, ContractLogicError, Web3RPCError
from web3.types import RPCEndpoint

from counterfoil.chain.embedded import (
    DEFAULT_BLOCK_GAS_LIMIT,
    DEFAULT_CHAIN_ID,
    EmbeddedChain,
    EmbeddedChainError,
    open_embedded_chain,
)
from counterfoil.chain.gateway import ChainGateway

FIXTURE = "ChainFixture"
NOBODY = "0x" + "11" * 20
STORED_TOPIC = "0x" + keccak(text="ValueStored(uint64,uint256,uint256)").hex()


def ask(chain: EmbeddedChain, method: str, *params: Any) -> Any:
    """The result of a request, or its error object."""
    answer = chain.web3.provider.make_request(RPCEndpoint(method), list(params))
    return answer["result"] if "result" in answer else answer["error"]


def signed(signer: LocalAccount, nonce: int, **changes: Any) -> str:
    fields = {
        "nonce": nonce,
        "gasPrice": 0,
        "gas": 21_000,
        "to": NOBODY,
        "value": 0,
        "data": b"",
        "chainId": DEFAULT_CHAIN_ID,
    } | changes
    return "0x" + bytes(signer.sign_transaction(fields).raw_transaction).hex()


def test_an_account_without_ether_sends_at_zero_price(chain: EmbeddedChain, signer: LocalAccount) -> None:
    tx_hash = ask(chain, "eth_sendRawTransaction", signed(signer, 0))
    receipt = ask(chain, "eth_getTransactionReceipt", tx_hash)
    assert (receipt["status"], receipt["effectiveGasPrice"], receipt["blockNumber"]) == ("0x1", "0x0", "0x1")
    assert ask(chain, "eth_getBalance", signer.address) == "0x0"
    assert ask(chain, "eth_gasPrice") == "0x0"
    assert ask(chain, "eth_getTransactionCount", signer.address, "latest") == "0x1"


def test_typed_transactions_at_zero_fee_are_taken(chain: EmbeddedChain, signer: LocalAccount) -> None:
    fees = {"maxFeePerGas": 0, "maxPriorityFeePerGas": 0, "type": 2}
    fields = {"nonce": 0, "gas": 21_000, "to": NOBODY, "value": 0, "chainId": DEFAULT_CHAIN_ID, **fees}
    raw = "0x" + bytes(signer.sign_transaction(fields).raw_transaction).hex()
    found = ask(chain, "eth_getTransactionByHash", ask(chain, "eth_sendRawTransaction", raw))
    assert (found["type"], found["from"], found["maxFeePerGas"]) == ("0x2", signer.address, "0x0")


def test_the_base_fee_stays_zero_after_a_block_more_than_half_full(
    tmp_path: Path, signer: LocalAccount
) -> None:
    with open_embedded_chain(tmp_path, block_gas_limit=40_000) as chain:
        for nonce in range(4):
            assert "message" not in ask(chain, "eth_sendRawTransaction", signed(signer, nonce))
        assert ask(chain, "eth_getBlockByNumber", "latest")["baseFeePerGas"] == "0x0"
        assert ask(chain, "eth_getBlockByNumber", "latest")["gasLimit"] == hex(40_000)


@pytest.mark.parametrize(
    ("changes", "nonce", "part"),
    [
        ({}, 2, "nonce too high"),
        ({}, 0, "nonce too low"),
        ({"chainId": 1}, 1, "invalid chain id"),
        ({"gas": 20_999}, 1, "intrinsic gas too low"),
        ({"gas": DEFAULT_BLOCK_GAS_LIMIT + 1}, 1, "exceeds block gas limit"),
        ({"value": 1}, 1, "balance"),
        ({"gasPrice": 1}, 1, "afford"),
    ],
)
def test_transactions_that_cannot_take_place_are_refused_and_leave_no_trace(
    chain: EmbeddedChain, signer: LocalAccount, changes: dict[str, int], nonce: int, part: str
) -> None:
    ask(chain, "eth_sendRawTransaction", signed(signer, 0))
    refused = ask(chain, "eth_sendRawTransaction", signed(signer, nonce, **{"to": signer.address, **changes}))
    assert refused["code"] == -32000
    assert part in refused["message"]
    assert ask(chain, "eth_blockNumber") == "0x1"
    assert "message" not in ask(chain, "eth_sendRawTransaction", signed(signer, 1))


def test_the_same_bytes_twice_take_effect_once(chain: EmbeddedChain, signer: LocalAccount) -> None:
    raw = signed(signer, 0)
    ask(chain, "eth_sendRawTransaction", raw)
    assert ask(chain, "eth_sendRawTransaction", raw)["message"] == "already known"
    assert ask(chain, "eth_blockNumber") == "0x1"


def test_a_transaction_without_chain_id_is_refused(chain: EmbeddedChain, signer: LocalAccount) -> None:
    fields = {"nonce": 0, "gasPrice": 0, "gas": 21_000, "to": NOBODY, "value": 0}
    raw = "0x" + bytes(signer.sign_transaction(fields).raw_transaction).hex()
    assert "replay-protected" in ask(chain, "eth_sendRawTransaction", raw)["message"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw[:-2],
        lambda raw: raw + "00",
        lambda raw: raw[:-64] + "00" * 32,
        lambda raw: raw[:-64] + "ff" * 32,
        lambda raw: "0x03" + raw[2:],
        lambda raw: "0x7f" + raw[2:],
        lambda raw: "0xc0",
        lambda raw: "0x",
        lambda raw: "0xzz",
        lambda raw: raw[2:],
        lambda raw: None,
        lambda raw: 7,
    ],
)
def test_bytes_that_are_no_signed_transaction_are_refused(
    chain: EmbeddedChain, signer: LocalAccount, spoil: Any
) -> None:
    refused = ask(chain, "eth_sendRawTransaction", spoil(signed(signer, 0)))
    assert refused["code"] in (-32000, -32602)
    assert refused["message"]
    assert ask(chain, "eth_blockNumber") == "0x0"


def test_a_changed_signature_never_counts_for_the_signer(chain: EmbeddedChain, signer: LocalAccount) -> None:
    raw = signed(signer, 0)
    changed = raw[:-2] + f"{int(raw[-2:], 16) ^ 1:02x}"
    answer = ask(chain, "eth_sendRawTransaction", changed)
    if isinstance(answer, str):  # the changed bytes are some other, unknown key's valid signature
        assert ask(chain, "eth_getTransactionByHash", answer)["from"] != signer.address
    assert ask(chain, "eth_getTransactionCount", signer.address) == "0x0"


def test_a_reverting_transaction_makes_a_block_with_a_failed_receipt(
    gateway: ChainGateway, chain: EmbeddedChain, signer: LocalAccount
) -> None:
    address, encoded = gateway.encode_call(FIXTURE, "store", [1, 5_000])
    raw = signed(signer, 1, to=address, data=encoded, gas=200_000)
    receipt = ask(chain, "eth_getTransactionReceipt", ask(chain, "eth_sendRawTransaction", raw))
    assert (receipt["status"], receipt["logs"]) == ("0x0", [])
    assert ask(chain, "eth_getTransactionCount", signer.address) == "0x2"


def test_web3_itself_understands_the_chains_reverts(
    gateway: ChainGateway, chain: EmbeddedChain, signer: LocalAccount
) -> None:
    address, custom = gateway.encode_call(FIXTURE, "store", [1, 5_000])
    with pytest.raises(ContractCustomError):
        chain.web3.eth.call({"to": address, "data": custom, "from": signer.address})
    _, text = gateway.encode_call(FIXTURE, "failWithText", [])
    with pytest.raises(ContractLogicError, match="no luck today"):
        chain.web3.eth.call({"to": address, "data": text})
    _, panic = gateway.encode_call(FIXTURE, "failPanic", [0])
    with pytest.raises(ContractLogicError):
        chain.web3.eth.estimate_gas({"to": address, "data": panic, "from": signer.address})
    with pytest.raises(Web3RPCError, match="nonce too high"):
        chain.web3.eth.send_raw_transaction(signed(signer, 9))


def test_an_estimate_is_enough_and_not_much_more(
    gateway: ChainGateway, chain: EmbeddedChain, signer: LocalAccount
) -> None:
    for function, args in (("store", [1, 9]), ("storeMany", [100, 30])):
        address, encoded = gateway.encode_call(FIXTURE, function, args)
        request = {"from": signer.address, "to": address, "data": "0x" + encoded.hex()}
        estimate = int(ask(chain, "eth_estimateGas", request), 16)
        receipt = gateway.send(FIXTURE, function, args, signer, gas=estimate)
        assert receipt.gas_used <= estimate <= receipt.gas_used * 130 // 100


def test_a_batch_is_one_block_and_its_refused_members_do_not_count(
    chain: EmbeddedChain, signer: LocalAccount
) -> None:
    raws = [signed(signer, 0), signed(signer, 5), signed(signer, 1), signed(signer, 1), signed(signer, 2)]
    answers = chain.web3.provider.make_batch_request(  # type: ignore[attr-defined]  # every JSON provider has it
        [(RPCEndpoint("eth_sendRawTransaction"), [raw]) for raw in raws]
    )
    assert ["result" in answer for answer in answers] == [True, False, True, False, True]
    assert ask(chain, "eth_blockNumber") == "0x1"
    receipts = ask(chain, "eth_getBlockReceipts", "latest")
    assert [receipt["transactionIndex"] for receipt in receipts] == ["0x0", "0x1", "0x2"]
    assert [receipt["cumulativeGasUsed"] for receipt in receipts] == [hex(21_000 * n) for n in (1, 2, 3)]
    assert {receipt["gasUsed"] for receipt in receipts} == {hex(21_000)}


def test_web3s_own_batches_work(chain: EmbeddedChain, signer: LocalAccount) -> None:
    ask(chain, "eth_sendRawTransaction", signed(signer, 0))
    with chain.web3.batch_requests() as batch:
        batch.add(chain.web3.eth.get_block(1))
        batch.add(chain.web3.eth.get_block(0))
        newer, older = batch.execute()
    assert newer["parentHash"] == older["hash"]


def test_a_batch_of_reads_makes_no_block(chain: EmbeddedChain) -> None:
    chain.web3.provider.make_batch_request([(RPCEndpoint("eth_chainId"), [])] * 2)  # type: ignore[attr-defined]
    assert ask(chain, "eth_blockNumber") == "0x0"


def test_everything_is_readable_after_reopening(tmp_path: Path, signer: LocalAccount) -> None:
    with open_embedded_chain(tmp_path) as chain:
        gateway = gateway_on(chain)
        gateway.deploy(FIXTURE, [1_000], signer)
        for value in range(5):
            gateway.send(FIXTURE, "store", [7, value * 10], signer)
        deployment, identity = gateway.deployment, chain.identity
        reads = [("eth_getBlockByNumber", hex(n), True) for n in range(7)]
        reads += [("eth_getBlockReceipts", hex(n), None) for n in range(7)]
        before = [ask(chain, *(part for part in read if part is not None)) for read in reads]
        logs = ask(chain, "eth_getLogs", {"fromBlock": "0x0", "address": gateway.address_of(FIXTURE)})
    with open_embedded_chain(tmp_path) as chain:
        assert chain.identity == identity
        assert [ask(chain, *(part for part in read if part is not None)) for read in reads] == before
        found = ask(
            chain, "eth_getLogs", {"fromBlock": "0x0", "address": deployment.contracts[FIXTURE].address}
        )
        assert found == logs
        assert len(logs) == 5
        for log in logs:
            receipt = ask(chain, "eth_getTransactionReceipt", log["transactionHash"])
            assert receipt["logs"] == [log]
            assert ask(chain, "eth_getTransactionByHash", log["transactionHash"])["from"] == signer.address
        again = gateway_on(chain)
        again.adopt(FIXTURE, FIXTURE, deployment.contracts[FIXTURE].address)
        assert [again.call(FIXTURE, "valueOf", [7], block=n) for n in (2, 3, 6)] == [0, 10, 40]
        assert again.send(FIXTURE, "store", [7, 99], signer).block_number == 7
        assert ask(chain, "eth_getBlockByNumber", "0x7")["parentHash"] == before[6]["hash"]


def test_logs_are_found_by_address_topic_range_and_block(
    gateway: ChainGateway, chain: EmbeddedChain, signer: LocalAccount
) -> None:
    address = gateway.address_of(FIXTURE)
    for note in (1, 2, 1):
        gateway.send(FIXTURE, "store", [note, 5], signer)
    gateway.send(FIXTURE, "keep", [(1, 2, NOBODY), bytes(32), "x"], signer)

    def count(**criteria: Any) -> int:
        return len(ask(chain, "eth_getLogs", criteria))

    note_1, note_2 = ("0x" + note.to_bytes(32, "big").hex() for note in (1, 2))
    assert count(fromBlock="0x0", toBlock="latest") == 5
    assert count(fromBlock="earliest", address=[address]) == 5
    assert count(fromBlock="0x0", address=NOBODY) == 0
    assert count(fromBlock="0x0", topics=[STORED_TOPIC]) == 3
    assert count(fromBlock="0x0", topics=[STORED_TOPIC, note_1]) == 2
    assert count(fromBlock="0x0", topics=[None, [note_1, note_2]]) == 3
    assert count(fromBlock="0x0", topics=[[STORED_TOPIC, "0x" + "00" * 32]]) == 3
    assert count(fromBlock="0x0", topics=[None, None, None]) == 0 + 1
    assert count(fromBlock="0x3", toBlock="0x3") == 1
    assert count() == 2
    block_hash = ask(chain, "eth_getBlockByNumber", "0x2")["hash"]
    assert count(blockHash=block_hash) == 1
    assert ask(chain, "eth_getLogs", {"blockHash": block_hash, "fromBlock": "0x0"})["code"] == -32602
    assert ask(chain, "eth_getLogs", {"blockHash": "0x" + "99" * 32})["message"].startswith(
        "header not found"
    )


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("eth_newFilter", [{}], -32601),
        ("eth_sendTransaction", [{}], -32601),
        ("evm_increaseTime", [60], -32601),
        ("eth_getCode", ["0x1234"], -32602),
        ("eth_getCode", [], -32602),
        ("eth_chainId", ["surplus"], -32602),
        ("eth_getBalance", [NOBODY, "0x5"], -32000),
        ("eth_getBalance", [NOBODY, "soon"], -32602),
        ("eth_call", [{"to": NOBODY, "gas": "0x1"}], -32000),
    ],
)
def test_requests_that_make_no_sense_get_an_error_code(
    chain: EmbeddedChain, method: str, params: list[Any], code: int
) -> None:
    assert ask(chain, method, *params)["code"] == code


@pytest.mark.parametrize(
    ("method", "key"),
    [
        ("eth_getTransactionReceipt", "0x" + "01" * 32),
        ("eth_getTransactionByHash", "0x" + "01" * 32),
        ("eth_getBlockByHash", "0x" + "01" * 32),
        ("eth_getBlockByNumber", "0x1"),
        ("eth_getBlockReceipts", "0x1"),
    ],
)
def test_what_does_not_exist_is_null(chain: EmbeddedChain, method: str, key: str) -> None:
    assert ask(chain, method, key) is None


@pytest.mark.parametrize(("size", "status"), [(24_576, "0x1"), (24_577, "0x0")])
def test_contracts_are_limited_in_size_as_on_the_public_network(
    chain: EmbeddedChain, signer: LocalAccount, size: int, status: str
) -> None:
    creation = bytes.fromhex(f"61{size:04x}5ff3")  # PUSH2 size, PUSH0, RETURN: a contract of zero bytes
    raw = signed(signer, 0, to=b"", data=creation, gas=10_000_000)
    receipt = ask(chain, "eth_getTransactionReceipt", ask(chain, "eth_sendRawTransaction", raw))
    assert receipt["status"] == status


# -- clock --


def test_blocks_follow_the_wall_clock_and_never_go_back(tmp_path: Path, signer: LocalAccount) -> None:
    wall = [1_800_000_000.9]
    with open_embedded_chain(tmp_path, clock=lambda: wall[0]) as chain:
        times = []
        for nonce, at in enumerate((1_800_000_005.0, 1_800_000_005.5, 1_700_000_000.0, 1_800_000_009.0)):
            wall[0] = at
            ask(chain, "eth_sendRawTransaction", signed(signer, nonce))
            times.append(int(ask(chain, "eth_getBlockByNumber", "latest")["timestamp"], 16) - 1_800_000_000)
        assert times == [5, 5, 5, 9]
        assert chain.clock_offset_s() == 0


def test_time_does_not_move_without_permission(tmp_path: Path) -> None:
    with open_embedded_chain(tmp_path) as chain:
        with pytest.raises(EmbeddedChainError, match="cannot be advanced") as caught:
            chain.advance_time(60)
        assert caught.value.code == "TimeTravelRefused"
        assert chain.web3.eth.block_number == 0


@pytest.mark.parametrize("seconds", [0, -1, 1.5, True, "60"])
def test_time_moves_forward_by_whole_seconds_only(chain: EmbeddedChain, seconds: Any) -> None:
    with pytest.raises(EmbeddedChainError) as caught:
        chain.advance_time(seconds)
    assert caught.value.code == "BadTimeStep"
    assert chain.web3.eth.block_number == 0


def test_an_advanced_clock_runs_on_and_survives_reopening(tmp_path: Path) -> None:
    wall = [1_800_000_000.0]
    with open_embedded_chain(tmp_path, allow_time_travel=True, clock=lambda: wall[0]) as chain:
        assert chain.advance_time(86_400) == 1_800_086_400
        assert chain.web3.eth.get_block("latest")["timestamp"] == 1_800_086_400
        wall[0] += 10
        assert chain.now_s() == 1_800_086_410
        chain.advance_time(90)
        assert chain.now_s() == 1_800_086_500
    with open_embedded_chain(tmp_path, clock=lambda: wall[0] + 5) as chain:
        assert chain.now_s() == 1_800_086_505
        assert chain.clock_offset_s() == 86_490


# -- identity and closing --


@pytest.mark.parametrize(
    ("asked", "field"), [({"chain_id": 5}, "chain id"), ({"block_gas_limit": 5}, "block gas limit")]
)
def test_a_chain_is_not_opened_as_another(tmp_path: Path, asked: dict[str, int], field: str) -> None:
    with open_embedded_chain(tmp_path, chain_id=4_711, block_gas_limit=9_000_000) as chain:
        assert chain.web3.eth.chain_id == 4_711
    with pytest.raises(EmbeddedChainError) as caught:
        open_embedded_chain(tmp_path, **asked)
    assert (caught.value.code, caught.value.facts["field"]) == ("ChainMismatch", field)
    with open_embedded_chain(tmp_path) as chain:
        assert chain.identity.block_gas_limit == 9_000_000


def test_a_closed_chain_answers_nothing(tmp_path: Path) -> None:
    chain = open_embedded_chain(tmp_path, allow_time_travel=True)
    chain.close()
    chain.close()
    assert not chain.web3.is_connected()
    for use in (
        lambda: chain.web3.eth.block_number,
        chain.now_s,
        lambda: chain.advance_time(1),
        chain.verify,
    ):
        with pytest.raises(EmbeddedChainError) as caught:
            use()
        assert caught.value.code == "ChainClosed"
