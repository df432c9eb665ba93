"""The gateway against nodes that misbehave in ways that real nodes have been seen to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from chain_support import load_fixture
from eth_account import Account
from eth_account.signers.local import LocalAccount
from web3 import Web3
from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint

from counterfoil.chain.embedded import EmbeddedChain
from counterfoil.chain.gateway import ChainGateway
from counterfoil.ports.engine import ChainError, ChainErrorKind, ContractCall, ContractRefusedError, Receipt

FIXTURE = "ChainFixture"
Answer = dict[str, Any]
Fault = Callable[[str, Any, Callable[[], Answer]], Answer]


def failure(message: str, code: int = -32000) -> Answer:
    return {"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": message}}


class FaultyProvider(JSONBaseProvider):
    """Passes requests on to a good chain, through one fault. The fault sees method, parameters, and the way
    on.
    """

    def __init__(self, chain: EmbeddedChain) -> None:
        super().__init__()
        self._good = chain.web3.provider
        self.fault: Fault = lambda method, params, pass_on: pass_on()

    def make_request(self, method: RPCEndpoint, params: Any) -> Any:
        return self.fault(method, params, lambda: self._good.make_request(method, params))  # type: ignore[return-value]

    def make_batch_request(self, requests: list[tuple[RPCEndpoint, Any]]) -> Any:
        return [
            {**self.make_request(method, params), "id": place}
            for place, (method, params) in enumerate(requests)
        ]


@pytest.fixture
def node(chain: EmbeddedChain) -> FaultyProvider:
    return FaultyProvider(chain)


@pytest.fixture
def remote(node: FaultyProvider, signer: LocalAccount) -> ChainGateway:
    gateway = ChainGateway(Web3(node), load=load_fixture, receipt_timeout_s=0.05)
    gateway.deploy(FIXTURE, [1_000], signer)
    return gateway


def only(wanted: str, change: Callable[[Callable[[], Answer]], Answer]) -> Fault:
    """A fault in one method."""
    return lambda method, params, pass_on: change(pass_on) if method == wanted else pass_on()


def changed(**changes: Any) -> Callable[[Callable[[], Answer]], Answer]:
    return lambda pass_on: {"jsonrpc": "2.0", "id": 1, **changes}


def test_logs_left_out_by_the_node_are_noticed(
    node: FaultyProvider, remote: ChainGateway, signer: LocalAccount
) -> None:
    remote.send(FIXTURE, "storeMany", [0, 4], signer)

    def without_one(place: int) -> Fault:
        def drop(pass_on: Callable[[], Answer]) -> Answer:
            logs = list(pass_on()["result"])
            del logs[place]
            return {"jsonrpc": "2.0", "id": 1, "result": logs}

        return only("eth_getLogs", drop)

    for place in range(4):
        node.fault = without_one(place)
        with pytest.raises(ChainError) as caught:
            list(remote.events(from_block=2))
        assert caught.value.code == "ChainLogsIncomplete"
        assert caught.value.facts == {"block_number": 2, "found": 3, "expected": 4}
        assert caught.value.kind is ChainErrorKind.UNAVAILABLE


def test_logs_doubled_or_out_of_order_are_noticed(
    node: FaultyProvider, remote: ChainGateway, signer: LocalAccount
) -> None:
    remote.send(FIXTURE, "storeMany", [0, 3], signer)
    for order in ([0, 0, 1], [2, 1, 0]):

        def rearrange(pass_on: Callable[[], Answer], order: list[int] = order) -> Answer:
            logs = pass_on()["result"]
            return {"jsonrpc": "2.0", "id": 1, "result": [logs[place] for place in order]}

        node.fault = only("eth_getLogs", rearrange)
        with pytest.raises(ChainError, match="3 logs"):
            list(remote.events(from_block=2))


def test_receipts_that_are_late_are_waited_for(
    node: FaultyProvider, remote: ChainGateway, signer: LocalAccount
) -> None:
    asked = []

    def late(pass_on: Callable[[], Answer]) -> Answer:
        asked.append(1)
        return pass_on() if len(asked) > 2 else {"jsonrpc": "2.0", "id": 1, "result": None}

    node.fault = only("eth_getTransactionReceipt", late)
    assert remote.send(FIXTURE, "store", [1, 2], signer).only("ValueStored").args["new_value"] == 2
    assert len(asked) == 3


def test_a_receipt_that_never_comes_leaves_the_outcome_open_under_its_hash(
    node: FaultyProvider, remote: ChainGateway, signer: LocalAccount
) -> None:
    node.fault = only("eth_getTransactionReceipt", changed(result=None))
    with pytest.raises(ChainError, match="no receipt of 0x") as caught:
        remote.send(FIXTURE, "store", [1, 2], signer)
    assert caught.value.kind is ChainErrorKind.UNAVAILABLE
    node.fault = lambda method, params, pass_on: pass_on()
    assert remote.call(FIXTURE, "valueOf", [1]) == 2


def test_an_answer_lost_after_acceptance_can_be_followed_up_by_hash(
    node: FaultyProvider, remote: ChainGateway, signer: LocalAccount
) -> None:
    def lost(pass_on: Callable[[], Answer]) -> Answer:
        pass_on()
        raise TimeoutError("read timed out")

    node.fault = only("eth_sendRawTransaction", lost)
    with pytest.raises(ChainError, match="read timed out") as caught:
        remote.send(FIXTURE, "store", [1, 2], signer)
    assert caught.value.kind is ChainErrorKind.UNAVAILABLE
    (tx_hash,) = (
        word for word in str(caught.value.facts["reason"]).replace(":", " ").split() if "0x" in word
    )
    node.fault = lambda method, params, pass_on: pass_on()
    assert remote.receipt(tx_hash).only("ValueStored").args["new_value"] == 2


@pytest.mark.parametrize("message", ["already known", "Known transaction", "AlreadyKnown: already imported"])
def test_a_node_that_has_the_bytes_already_is_no_failure(
    node: FaultyProvider, remote: ChainGateway, signer: LocalAccount, message: str
) -> None:
    def twice(pass_on: Callable[[], Answer]) -> Answer:
        pass_on()
        return failure(message)

    node.fault = only("eth_sendRawTransaction", twice)
    assert remote.send(FIXTURE, "store", [1, 2], signer).gas_used > 0


def test_nonce_too_low_is_no_failure_where_these_very_bytes_are_in_a_block(
    node: FaultyProvider, remote: ChainGateway, signer: LocalAccount
) -> None:
    def mined(pass_on: Callable[[], Answer]) -> Answer:
        pass_on()
        return failure("nonce too low")

    node.fault = only("eth_sendRawTransaction", mined)
    assert remote.send(FIXTURE, "store", [1, 2], signer).gas_used > 0


def test_nonce_too_low_for_other_bytes_is_a_rejection(
    node: FaultyProvider, remote: ChainGateway, signer: LocalAccount
) -> None:
    node.fault = only("eth_getTransactionCount", changed(result="0x0"))
    with pytest.raises(ChainError, match="nonce too low") as caught:
        remote.send(FIXTURE, "store", [1, 2], signer)
    assert caught.value.kind is ChainErrorKind.REJECTED
    assert remote.call(FIXTURE, "valueOf", [1]) == 0


def test_a_nonce_gap_is_a_rejection(node: FaultyProvider, remote: ChainGateway, signer: LocalAccount) -> None:
    node.fault = only("eth_getTransactionCount", changed(result="0x9"))
    with pytest.raises(ChainError, match="nonce too high") as caught:
        remote.send(FIXTURE, "store", [1, 2], signer)
    assert caught.value.kind is ChainErrorKind.REJECTED


def test_an_error_is_never_read_as_nonce_zero(
    node: FaultyProvider, remote: ChainGateway, signer: LocalAccount
) -> None:
    for answer in (failure("internal", -32603), failure("some trouble"), {"jsonrpc": "2.0", "id": 1}):
        node.fault = only("eth_getTransactionCount", lambda _, answer=answer: answer)
        with pytest.raises(ChainError) as caught:
            remote.send(FIXTURE, "store", [1, 2], signer)
        assert caught.value.kind is ChainErrorKind.UNAVAILABLE


def test_trouble_of_the_node_is_not_taken_for_a_refusal_of_the_contract(
    node: FaultyProvider, remote: ChainGateway, signer: LocalAccount
) -> None:
    for method, code in (
        ("eth_estimateGas", -32603),
        ("eth_sendRawTransaction", -32005),
        ("eth_call", -32601),
    ):
        node.fault = only(method, lambda _, code=code: failure("busy", code))
        use = (
            partial(remote.call, FIXTURE, "valueOf", [1])
            if method == "eth_call"
            else partial(remote.send, FIXTURE, "store", [1, 2], signer)
        )
        with pytest.raises(ChainError) as caught:
            use()
        assert caught.value.kind is ChainErrorKind.UNAVAILABLE


@pytest.mark.parametrize(
    "fault", [ConnectionRefusedError("refused"), TimeoutError("slow"), ValueError("bad JSON")]
)
def test_a_silent_node_is_unavailable(
    node: FaultyProvider, remote: ChainGateway, signer: LocalAccount, fault: Exception
) -> None:
    def silent(*_: Any) -> Answer:
        raise fault

    node.fault = silent
    for use in (
        lambda: remote.send(FIXTURE, "store", [1, 2], signer),
        lambda: remote.call(FIXTURE, "valueOf", [1]),
        lambda: list(remote.events()),
        remote.head,
        lambda: remote.send_batch([ContractCall(contract=FIXTURE, function="store", args=[1, 2])], signer),
        lambda: ChainGateway(Web3(node), load=load_fixture),
    ):
        with pytest.raises(ChainError) as caught:
            use()
        assert caught.value.kind is ChainErrorKind.UNAVAILABLE


def test_a_foreign_hash_in_the_answer_is_not_believed(
    node: FaultyProvider, remote: ChainGateway, signer: LocalAccount
) -> None:
    node.fault = only("eth_sendRawTransaction", changed(result="0x" + "12" * 32))
    with pytest.raises(ChainError, match="the node answered") as caught:
        remote.send(FIXTURE, "store", [1, 2], signer)
    assert caught.value.kind is ChainErrorKind.UNAVAILABLE


def test_a_node_without_block_receipts_is_asked_for_each_receipt(
    node: FaultyProvider, remote: ChainGateway, signer: LocalAccount
) -> None:
    remote.send(FIXTURE, "storeMany", [0, 3], signer)
    node.fault = only("eth_getBlockReceipts", lambda _: failure("the method does not exist", -32601))
    assert len(list(remote.events())) == 3
    node.fault = only("eth_getBlockReceipts", changed(result=None))
    with pytest.raises(ChainError, match=r"receipts of block \d+ are missing"):
        list(remote.events())


def test_a_state_that_changes_after_the_trial_still_gives_the_reason(
    node: FaultyProvider, remote: ChainGateway, chain: EmbeddedChain, signer: LocalAccount
) -> None:
    """Somebody lowers the limit between the trial and the block."""
    stranger = Account.create()
    other = ChainGateway(chain.web3, remote.deployment, load=load_fixture)

    def overtaken(pass_on: Callable[[], Answer]) -> Answer:
        other.send(FIXTURE, "lowerLimit", [10], stranger)
        return pass_on()

    node.fault = only("eth_sendRawTransaction", overtaken)
    with pytest.raises(ContractRefusedError) as caught:
        remote.send(FIXTURE, "store", [3, 500], signer)
    assert caught.value.code == "ValueTooLarge"
    assert caught.value.facts == {"note_id": 3, "given_value": 500, "limit": 10}
    assert caught.value.tx_hash is not None
    assert caught.value.gas_used is not None
    assert caught.value.gas_used > 21_000


def test_running_out_of_gas_on_chain_is_said(
    remote: ChainGateway, node: FaultyProvider, signer: LocalAccount
) -> None:
    trials = []

    def too_generous(pass_on: Callable[[], Answer]) -> Answer:
        trials.append(1)
        return {"jsonrpc": "2.0", "id": 1, "result": "0x"} if len(trials) == 1 else pass_on()

    node.fault = only("eth_call", too_generous)
    with pytest.raises(ChainError, match="ran out of its gas limit of 30000") as caught:
        remote.send(FIXTURE, "store", [3, 500], signer, gas=30_000)
    assert (caught.value.kind, caught.value.code) == (ChainErrorKind.REVERTED, "ChainReverted")
    tx_hash = str(caught.value.facts["tx_hash"])
    with pytest.raises(ChainError) as again:
        remote.receipt(tx_hash)
    assert again.value.kind is ChainErrorKind.REVERTED


@pytest.mark.parametrize(
    "shape",
    [
        lambda text: {"code": 3, "message": "execution reverted", "data": text},
        lambda text: {"code": -32000, "message": "Execution reverted", "data": text},
        lambda text: {"code": -32015, "message": "VM execution error.", "data": "Reverted " + text},
        lambda text: {"code": -32603, "message": "Error: VM Exception", "data": {"data": text}},
    ],
)
def test_revert_bytes_are_found_where_each_engine_puts_them(
    node: FaultyProvider, remote: ChainGateway, signer: LocalAccount, shape: Callable[[str], Answer]
) -> None:
    def reshaped(pass_on: Callable[[], Answer]) -> Answer:
        return {"jsonrpc": "2.0", "id": 1, "error": shape(pass_on()["error"]["data"])}

    node.fault = only("eth_estimateGas", reshaped)
    with pytest.raises(ContractRefusedError) as caught:
        remote.send(FIXTURE, "store", [3, 5_000], signer)
    assert caught.value.facts["given_value"] == 5_000


def test_threads_sharing_a_key_share_its_nonces(
    remote: ChainGateway, chain: EmbeddedChain, signer: LocalAccount
) -> None:
    failed: list[BaseException] = []

    def work(note: int) -> None:
        try:
            for value in range(5):
                remote.send(FIXTURE, "store", [note, value], signer)
        except ChainError as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=[note]) for note in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert remote.call(FIXTURE, "historyLength") == 20
    assert chain.web3.eth.get_transaction_count(signer.address) == 21


def test_a_batch_answer_with_a_member_too_few_is_not_believed(
    node: FaultyProvider, remote: ChainGateway, signer: LocalAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [ContractCall(contract=FIXTURE, function="store", args=[n, n]) for n in range(3)]
    whole = node.make_batch_request
    monkeypatch.setattr(node, "make_batch_request", lambda requests: whole(requests)[:-1])
    with pytest.raises(ChainError, match="not one per request"):
        remote.send_batch(calls, signer)
    monkeypatch.undo()
    assert all(isinstance(outcome, Receipt) for outcome in remote.send_batch(calls, signer))
