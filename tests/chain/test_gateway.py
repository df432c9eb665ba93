"""The gateway over any engine: what it sends, reads and refuses."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass
from pathlib import Path

import pytest
from chain_support import gateway_on, load_fixture
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils import keccak

from counterfoil.bootstrap import OpenChain
from counterfoil.chain.deployment import Deployment
from counterfoil.chain.embedded import open_embedded_chain
from counterfoil.chain.gateway import ChainGateway
from counterfoil.domain.errors import DomainError
from counterfoil.ports.engine import (
    ChainError,
    ChainErrorKind,
    ContractCall,
    ContractRefusedError,
    Receipt,
    is_retryable,
)

pytestmark = [pytest.mark.engine_neutral, pytest.mark.own_network]

FIXTURE = "ChainFixture"
FILE_HASH = bytes(range(32))


def sent_by(chain: OpenChain, signer: LocalAccount) -> int:
    """Transactions of this key in blocks."""
    return chain.web3.eth.get_transaction_count(signer.address)


def test_a_call_with_effect_changes_storage_and_reports_its_event_and_gas(
    gateway: ChainGateway, signer: LocalAccount
) -> None:
    receipt = gateway.send(FIXTURE, "store", [7, 250], signer)
    assert gateway.call(FIXTURE, "valueOf", [7]) == 250
    event = receipt.only("ValueStored")
    assert dict(event.args) == {"note_id": 7, "old_value": 0, "new_value": 250}
    assert (event.contract, event.block_number, event.log_index) == (FIXTURE, receipt.block_number, 0)
    assert event.block_time_s == receipt.block_time_s
    assert receipt.block_time_s <= gateway.head()[1]
    assert receipt.sender == signer.address
    assert 40_000 < receipt.gas_used < 120_000
    with pytest.raises(KeyError):
        receipt.only("Heartbeat")


def test_structs_addresses_and_indexed_text_are_decoded(gateway: ChainGateway, signer: LocalAccount) -> None:
    holder = Account.create().address
    kept = {"first_cent": 1, "last_cent": 900, "holder_key": holder}
    receipt = gateway.send(FIXTURE, "keep", [kept, "0x" + FILE_HASH.hex(), "invoice 4711"], signer)
    slice_kept, heartbeat = receipt.events
    assert slice_kept.args["slice"] == kept
    assert slice_kept.args["holder_key"] == holder
    assert slice_kept.args["file_hash"] == FILE_HASH
    assert slice_kept.args["remark"] == keccak(text="invoice 4711")
    assert (heartbeat.event, heartbeat.log_index, dict(heartbeat.args)) == ("Heartbeat", 1, {})
    with pytest.raises(TypeError):
        heartbeat.args["added"] = 1  # type: ignore[index]  # the point of the test
    with pytest.raises(FrozenInstanceError):
        heartbeat.log_index = 5  # type: ignore[misc]  # the point of the test


def test_several_outputs_come_as_a_tuple_and_structs_as_mappings(
    gateway: ChainGateway, signer: LocalAccount
) -> None:
    gateway.send(FIXTURE, "store", [1, 11], signer)
    gateway.send(FIXTURE, "store", [1, 12], signer)
    lot, history = gateway.call(FIXTURE, "sliceOf", [500])
    assert lot == {"first_cent": 1, "last_cent": 500, "holder_key": signer.address}
    assert history == (11, 12)


def test_a_custom_error_becomes_our_error_with_its_values_and_costs_no_nonce(
    gateway: ChainGateway, chain: OpenChain, signer: LocalAccount
) -> None:
    with pytest.raises(ContractRefusedError) as caught:
        gateway.send(FIXTURE, "store", [9, 1_001], signer)
    assert caught.value.code == "ValueTooLarge"
    assert caught.value.facts == {"note_id": 9, "given_value": 1_001, "limit": 1_000}
    assert caught.value.tx_hash is None
    assert sent_by(chain, signer) == 1


def test_bytes_and_addresses_in_an_error_are_facts_in_text_form(gateway: ChainGateway) -> None:
    stranger = Account.create()
    with pytest.raises(ContractRefusedError) as caught:
        gateway.send(FIXTURE, "keep", [(1, 2, stranger.address), FILE_HASH, ""], stranger)
    assert caught.value.code == "NotOwner"
    assert caught.value.facts == {"caller": stranger.address, "file_hash": "0x" + FILE_HASH.hex()}


def test_a_given_gas_limit_is_still_tried_first(
    gateway: ChainGateway, chain: OpenChain, signer: LocalAccount
) -> None:
    with pytest.raises(ContractRefusedError) as caught:
        gateway.send(FIXTURE, "store", [9, 1_001], signer, gas=200_000)
    assert caught.value.code == "ValueTooLarge"
    assert sent_by(chain, signer) == 1
    assert gateway.send(FIXTURE, "store", [9, 1_000], signer, gas=200_000).gas_used < 200_000


@dataclass(frozen=True)
class Failure:
    function: str
    args: tuple[int, ...]
    code: str
    part: str
    gas: int | None = None


@pytest.mark.parametrize(
    "case",
    [
        Failure("failWithText", (), "ContractText", "no luck today"),
        Failure("failEmpty", (), "CallReverted", "no reason given"),
        Failure("failUnknown", (), "CallReverted", "0xdeadbeef"),
        Failure("failPanic", (0,), "ContractPanic", "division by zero"),
        Failure("failMode", (2,), "ContractPanic", "not a member of its enumeration"),
        Failure("burnGas", (), "CallReverted", "gas", gas=100_000),
    ],
    ids=lambda case: case.function,
)
def test_every_other_way_to_fail_has_a_code_and_a_sentence(
    gateway: ChainGateway, signer: LocalAccount, case: Failure
) -> None:
    with pytest.raises((ContractRefusedError, ChainError)) as sent:
        gateway.send(FIXTURE, case.function, case.args, signer, gas=case.gas)
    assert sent.value.code == case.code
    assert case.part in sent.value.message.lower()
    assert sent.value.remedy
    if case.gas is None:
        with pytest.raises((ContractRefusedError, ChainError)) as called:
            gateway.call(FIXTURE, case.function, case.args)
        assert (called.value.code, called.value.message) == (sent.value.code, sent.value.message)


def test_a_constructor_that_refuses_says_why(gateway: ChainGateway, signer: LocalAccount) -> None:
    with pytest.raises(ContractRefusedError) as caught:
        gateway.deploy(FIXTURE, [0], signer, name="Second")
    assert caught.value.code == "ValueTooLarge"
    with pytest.raises(DomainError, match="no contract named Second"):
        gateway.address_of("Second")


@pytest.mark.embedded_only
def test_a_batch_is_one_block(gateway: ChainGateway, signer: LocalAccount) -> None:
    before = gateway.head()[0]
    calls = [ContractCall(contract=FIXTURE, function="store", args=[number, 1]) for number in range(4)]
    receipts = gateway.send_batch(calls, signer)
    assert gateway.head()[0] == before + 1
    assert [each.tx_index for each in receipts if isinstance(each, Receipt)] == [0, 1, 2, 3]


def test_a_batch_keeps_its_order_and_a_failed_call_in_it_does_not_stop_the_rest(
    gateway: ChainGateway, signer: LocalAccount
) -> None:
    outcomes = gateway.send_batch(
        [
            ContractCall(contract=FIXTURE, function="store", args=[1, 900]),
            ContractCall(contract=FIXTURE, function="lowerLimit", args=[100]),
            ContractCall(contract=FIXTURE, function="store", args=[2, 900]),
            ContractCall(contract=FIXTURE, function="store", args=[3, 100], gas=150_000),
        ],
        signer,
    )
    first, second, refused, last = outcomes
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert isinstance(last, Receipt)
    places = [(each.block_number, each.tx_index) for each in (first, second, last)]
    assert places == sorted(places)
    assert len(set(places)) == len(places)
    assert [first.only("ValueStored").args["note_id"], last.only("ValueStored").args["note_id"]] == [1, 3]
    # The refusal is caused by an earlier call of the same block: its reason is found on the state after the
    # block.
    assert isinstance(refused, ContractRefusedError)
    assert (refused.code, refused.facts["limit"]) == ("ValueTooLarge", 100)
    assert refused.tx_hash is not None
    assert refused.gas_used is not None
    assert gateway.call(FIXTURE, "valueOf", [2]) == 0
    assert gateway.call(FIXTURE, "valueOf", [3]) == 100


@pytest.mark.embedded_only
def test_a_batch_larger_than_a_block_takes_several_blocks(tmp_path: Path, signer: LocalAccount) -> None:
    with open_embedded_chain(tmp_path / "small", block_gas_limit=3_000_000) as chain:
        gateway = gateway_on(chain)
        gateway.deploy(FIXTURE, [1_000], signer)
        calls = [
            ContractCall(contract=FIXTURE, function="store", args=[n, n], gas=1_000_000) for n in range(40)
        ]
        outcomes = gateway.send_batch(calls, signer)
        assert all(isinstance(outcome, Receipt) for outcome in outcomes)
        blocks = {outcome.block_number for outcome in outcomes if isinstance(outcome, Receipt)}
        assert len(blocks) > 1
        events = list(gateway.events())
        assert [event.args["note_id"] for event in events] == list(range(40))


def test_events_come_in_chain_order_with_their_place(gateway: ChainGateway, signer: LocalAccount) -> None:
    for note in range(3):
        gateway.send(FIXTURE, "storeMany", [note * 10, 4], signer)
    records = list(gateway.events())
    assert [record.args["note_id"] for record in records] == [0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23]
    assert [record.log_index - records[place // 4 * 4].log_index for place, record in enumerate(records)] == [
        0, 1, 2, 3,
    ] * 3  # fmt: skip
    assert [(record.block_number, record.log_index) for record in records] == sorted(
        (record.block_number, record.log_index) for record in records
    )
    middle = records[4].block_number
    assert [r.args["note_id"] for r in gateway.events(from_block=middle, to_block=middle)] == [10, 11, 12, 13]


def test_logs_of_contracts_that_are_not_ours_are_left_out(
    gateway: ChainGateway, chain: OpenChain, signer: LocalAccount
) -> None:
    other = gateway_on(chain)
    other.deploy(FIXTURE, [5], signer, name="Elsewhere")
    other.send("Elsewhere", "store", [1, 1], signer)
    gateway.send(FIXTURE, "store", [2, 2], signer)
    assert [record.args["note_id"] for record in gateway.events()] == [2]
    assert [record.contract for record in other.events()] == ["Elsewhere"]


@pytest.mark.parametrize(
    ("function", "args", "field"),
    [
        ("store", [1], "no function store with 1"),
        ("nothing", [], "no function nothing"),
        ("overloaded", [1], "no function overloaded"),
        ("store", [2**64, 1], "uint64"),
        ("store", [-1, 1], "uint64"),
        ("store", ["one", 1], "uint64"),
        ("keep", [(1, 2, "0x" + "11" * 20), b"short", ""], "bytes32 wants 32 bytes, got 5"),
        ("keep", [(1, 2), FILE_HASH, ""], "shorter"),
    ],
)
def test_wrong_names_and_arguments_are_refused_before_anything_is_sent(
    gateway: ChainGateway,
    chain: OpenChain,
    signer: LocalAccount,
    *,
    function: str,
    args: list[object],
    field: str,
) -> None:
    with pytest.raises(DomainError) as caught:
        gateway.send(FIXTURE, function, args, signer)
    assert field in caught.value.message
    assert sent_by(chain, signer) == 1


def test_an_overloaded_function_is_named_by_its_signature(
    gateway: ChainGateway, signer: LocalAccount
) -> None:
    assert gateway.call(FIXTURE, "overloaded(uint256)", [3]) == 3
    assert gateway.call(FIXTURE, "overloaded(address)", [signer.address]) == 20
    assert gateway.call(FIXTURE, "overloaded", [3, 4]) == 7


def test_unknown_contracts_and_artifacts_are_named(gateway: ChainGateway, signer: LocalAccount) -> None:
    with pytest.raises(DomainError, match="no contract named Nowhere"):
        gateway.call("Nowhere", "valueOf", [1])
    with pytest.raises(DomainError, match="no usable compiled contract named Missing"):
        gateway.deploy("Missing", [], signer)


def test_a_deployment_is_found_again_and_tied_to_its_chain(
    gateway: ChainGateway, chain: OpenChain, signer: LocalAccount, tmp_path: Path
) -> None:
    gateway.send(FIXTURE, "store", [5, 55], signer)
    path = tmp_path / "deployment.json"
    gateway.deployment.save(path)
    again = ChainGateway(chain.web3, Deployment.load(path), load=load_fixture)
    assert again.call(FIXTURE, "valueOf", [5]) == 55
    assert again.deployment == gateway.deployment
    later = open_embedded_chain(
        tmp_path / "other", clock=lambda: 2_000_000_000.0, chain_id=gateway.deployment.chain_id
    )
    with later, pytest.raises(ChainError) as caught:
        ChainGateway(later.web3, Deployment.load(path), load=load_fixture)
    assert caught.value.code == "ChainMismatch"
    assert caught.value.facts["field"] == "genesis hash"


def test_the_time_that_decides_is_the_next_blocks_not_the_last_ones(
    gateway: ChainGateway, chain: OpenChain, signer: LocalAccount
) -> None:
    deadline = chain.now_s() + 1_000
    gateway.send(FIXTURE, "failAfter", [deadline], signer)
    chain.advance_time(2_000)
    with pytest.raises(ContractRefusedError, match="too late"):
        gateway.send(FIXTURE, "failAfter", [deadline], signer)
    assert gateway.call(FIXTURE, "time") > deadline


def test_only_an_unreachable_chain_is_worth_repeating() -> None:
    answers = {kind: is_retryable(ChainError(kind, "ChainRejected", reason="x")) for kind in ChainErrorKind}
    assert answers == {
        ChainErrorKind.REVERTED: False,
        ChainErrorKind.REJECTED: False,
        ChainErrorKind.UNAVAILABLE: True,
    }
