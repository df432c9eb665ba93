"""Instructions on a real chain: the contract takes what we sign, and says what became of each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chain_support import deployed_on
from eth_abi import encode
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_keys.constants import SECPK1_N
from eth_utils import keccak

from counterfoil.bootstrap import OpenChain
from counterfoil.chain.contract_calls import INSTRUCTIONS, LEDGER
from counterfoil.chain.deployment import Deployment
from counterfoil.chain.embedded import open_embedded_chain
from counterfoil.chain.event_codec import decoded
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.instructions.attribution import attribute
from counterfoil.chain.instructions.batch import (
    InstructionOutcome,
    encode_batch,
    encode_one,
    read_outcomes,
)
from counterfoil.chain.instructions.catalogue import instruction_types
from counterfoil.chain.instructions.instruction_type import element_of
from counterfoil.chain.instructions.routes import instruction_routes
from counterfoil.chain.instructions.terms import (
    InstructionDomain,
    InstructionTerms,
    SignedInstruction,
    instruction_nonce,
)
from counterfoil.chain.ledger_gateway import LedgerGateway
from counterfoil.chain.rpc import Rpc
from counterfoil.chain.sender import Outgoing, Sender
from counterfoil.domain.invariants import check_invariants
from counterfoil.domain.key_proof import KeyProof
from counterfoil.domain.projection.fold import project
from counterfoil.domain.states import Office, PartyRole
from counterfoil.ports.engine import ContractRefusedError
from network_suite.chosen import on_network

pytestmark = [pytest.mark.engine_neutral, pytest.mark.own_network]

GOVERNOR, OFFICER, CORE, SUPPLIER, RELAYER, STRANGER = (
    Account.from_key("0x" + f"{n:02x}" * 32) for n in (1, 2, 3, 4, 5, 6)
)
OFFICERS = dict.fromkeys((Office.REGISTRAR, Office.BANK, Office.ARBITER, Office.EXAMINER), OFFICER.address)
HASH = b"\x07" * 32
GAS = 400_000
FAR_S = 2**40 - 1


class Relay:
    """Sends transactions to the Instructions contract as a relayer's key does."""

    def __init__(self, chain: OpenChain, gateway: ChainGateway) -> None:
        self.chain = chain
        self.gateway = gateway
        self.rpc = Rpc(chain.web3)
        deployment = gateway.deployment
        self.domain = InstructionDomain(deployment.chain_id, gateway.address_of(INSTRUCTIONS))
        self._sender = Sender(self.rpc, chain_id=deployment.chain_id, receipt_timeout_s=10)
        self._count = 0

    def signed(self, by: LocalAccount, contract: str, function: str, *args: Any, **changed: Any) -> Any:
        """An instruction of that key, signed. changed: fields of its terms."""
        self._count += 1
        fields = {
            "key": by.address,
            "nonce": instruction_nonce("cmd_test", self._count),
            "deadline_s": FAR_S,
            "gas_limit": GAS,
            **changed,
        }
        return InstructionTerms.of_call(contract, function, args, **fields).sign(self.domain, by)

    def send(self, calldata: bytes, gas: int = 10_000_000) -> dict[str, Any]:
        """One transaction of the relayer; its receipt as JSON-RPC gives it."""
        outgoing = Outgoing(to=self.domain.instructions, input_bytes=calldata, gas=gas)
        return dict(self._sender.receipt(self._sender.send(outgoing, RELAYER).tx_hash))

    def relay(self, *batch: SignedInstruction) -> tuple[dict[str, Any], tuple[InstructionOutcome, ...]]:
        """A batch in one transaction, and what became of each."""
        receipt = self.send(encode_batch(batch))
        assert int(receipt["status"], 16) == 1
        return receipt, read_outcomes(self.gateway.records_of(receipt), explains=self.gateway)


@pytest.fixture(scope="session")
def deployed_instructions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Deployment]:
    """A closed chain with a debtor (party 1) and a supplier (party 2); for copying."""
    directory = tmp_path_factory.mktemp("instructions") / "chain"
    with open_embedded_chain(directory) as chain:
        return directory, _two_parties(chain).deployment


def _two_parties(chain: OpenChain) -> ChainGateway:
    """A fresh ledger with a debtor (party 1) and a supplier (party 2)."""
    gateway = deployed_on(
        chain,
        governor=GOVERNOR,
        officers=OFFICERS,
        routes=instruction_routes(),
        anchor_keys=[RELAYER.address],
    )
    for roles, account in ((PartyRole.CORE_ENTERPRISE, CORE), (PartyRole.SUPPLIER, SUPPLIER)):
        gateway.send(LEDGER, "registerParty", [int(roles), HASH, [account.address]], OFFICER)
    return gateway


@pytest.fixture
def relay(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Relay]:
    if on_network():
        network = request.getfixturevalue("chain")
        yield Relay(network, _two_parties(network))
        return
    directory, deployment = request.getfixturevalue("deployed_instructions")
    shutil.copytree(directory, tmp_path / "chain")
    with open_embedded_chain(tmp_path / "chain", allow_time_travel=True) as chain:
        yield Relay(chain, ChainGateway(chain.web3, deployment))


def proposal(relay: Relay, fingerprint: bytes, amount: int = 1000) -> tuple[Any, ...]:
    shares = [(fingerprint, amount, amount)]
    return (1, 2, 978, relay.chain.now_s() + 1000, HASH, shares)


def _example(entry: Any, seed: int) -> Any:
    """Some value of an ABI parameter; arrays of two, three or no elements."""
    element = element_of(entry)
    if element is not None:
        return [_example(element, seed + place) for place in range((2, 3, 0)[seed % 3])]
    kind = entry["type"]
    if kind == "tuple":
        return tuple(_example(each, seed + place) for place, each in enumerate(entry["components"]))
    if kind.startswith("uint"):
        bits = int(kind[4:])
        return ((1 << bits) - 1 - seed) if seed % 2 else seed % (1 << bits)
    if kind.startswith("bytes") and kind != "bytes":
        return bytes([seed % 256]) * int(kind.removeprefix("bytes"))
    return {
        "bool": bool(seed % 2),
        "address": f"0x{seed + 1:040x}",
        "bytes": bytes(range(seed % 40)),
        "string": "x" * seed,
    }[kind]


@pytest.mark.parametrize("seed", range(3))
def test_our_digest_is_the_contracts_for_every_instruction(relay: Relay, seed: int) -> None:
    for place, kind in enumerate(instruction_types()):
        entries = kind.function.inputs.entries
        args = [_example(entry, seed + at) for at, entry in enumerate(entries)]
        terms = InstructionTerms.of_call(
            kind.contract,
            kind.function.signature,
            args,
            key=CORE.address,
            nonce=instruction_nonce("cmd_digest", place),
            deadline_s=FAR_S - seed,
        )
        unsigned = {
            "type_hash": terms.type_hash,
            "args": terms.encoded_args,
            "nonce": terms.nonce,
            "deadline": terms.deadline_s,
            "key": terms.key,
            "gas_limit": 0,
            "signature": b"",
        }
        asked = relay.gateway.call(INSTRUCTIONS, "digestOf", [unsigned])
        assert asked == terms.digest(relay.domain), kind.text


def test_every_route_leads_to_its_function(relay: Relay) -> None:
    for kind in instruction_types():
        target, selector, layout = relay.gateway.call(INSTRUCTIONS, "routeOf", [kind.type_hash])
        expected = (relay.gateway.address_of(kind.contract), kind.function.selector, kind.layout)
        assert (target, selector, layout) == expected


def test_a_batch_acts_for_the_keys_that_signed(relay: Relay) -> None:
    proposed = relay.signed(SUPPLIER, LEDGER, "propose", proposal(relay, HASH))
    confirmed = relay.signed(CORE, LEDGER, "confirm", 1, 1000)
    receipt, outcomes = relay.relay(proposed, confirmed)

    assert [(each.place, each.key, each.executed, each.spent) for each in outcomes] == [
        (0, SUPPLIER.address, True, True),
        (1, CORE.address, True, True),
    ]
    assert [each.nonce for each in outcomes] == [proposed.terms.nonce, confirmed.terms.nonce]
    assert [[record.event for record in each.records] for each in outcomes] == [
        ["NoteProposed"],
        ["NoteConfirmed"],
    ]
    acting = attribute(receipt, instructions=relay.domain.instructions)
    assert list(acting.values()) == [SUPPLIER.address] * 2 + [CORE.address] * 2
    assert receipt["from"].lower() == RELAYER.address.lower()


def test_relayed_signatures_are_those_of_the_parties_in_the_record(relay: Relay) -> None:
    relay.relay(
        relay.signed(SUPPLIER, LEDGER, "propose", proposal(relay, HASH)),
        relay.signed(CORE, LEDGER, "confirm", 1, 1000),
    )
    state = project(decoded(relay.gateway.events()))

    assert (state.notes[1].proposer_key, state.notes[1].confirmer_key) == (SUPPLIER.address, CORE.address)
    assert all(result.ok for result in check_invariants(state))


def test_offices_give_instructions_too(relay: Relay) -> None:
    _, (registered,) = relay.relay(
        relay.signed(OFFICER, LEDGER, "registerParty", 2, b"\x09" * 32, [STRANGER.address])
    )
    assert registered.executed
    assert [record.event for record in registered.records] == ["PartyRegistered", "KeyAdded"]

    _, (refused,) = relay.relay(relay.signed(CORE, LEDGER, "registerParty", 2, b"\x0a" * 32, []))
    assert refused.error is not None
    assert (refused.error.code, refused.spent) == ("AccessManagedUnauthorized", True)
    assert refused.error.facts["caller"] == CORE.address


def test_one_refused_instruction_holds_no_other_and_never_comes_back(relay: Relay) -> None:
    first = relay.signed(SUPPLIER, LEDGER, "propose", proposal(relay, b"\x01" * 32))
    missing = relay.signed(CORE, LEDGER, "confirm", 99, 1000)
    second = relay.signed(SUPPLIER, LEDGER, "propose", proposal(relay, b"\x02" * 32))
    receipt, outcomes = relay.relay(first, missing, second)

    assert [each.executed for each in outcomes] == [True, False, True]
    refused = outcomes[1]
    assert isinstance(refused.error, ContractRefusedError)
    assert (refused.error.code, refused.records, refused.spent) == ("NoteUnknown", (), True)
    assert refused.refusal is not None
    assert list(attribute(receipt, instructions=relay.domain.instructions).values()) == [
        SUPPLIER.address,
        SUPPLIER.address,
        CORE.address,
        SUPPLIER.address,
        SUPPLIER.address,
    ]
    _, (again,) = relay.relay(missing)
    assert again.error is not None
    assert (again.error.code, again.spent) == ("NonceSpent", False)


def test_a_repeated_instruction_takes_effect_once(relay: Relay) -> None:
    signed = relay.signed(SUPPLIER, LEDGER, "propose", proposal(relay, HASH))
    _, twice = relay.relay(signed, signed)
    _, (later,) = relay.relay(signed)

    assert [each.executed for each in twice] == [True, False]
    assert all(each.error is not None and each.error.code == "NonceSpent" for each in (twice[1], later))
    assert relay.gateway.call(LEDGER, "noteCount") == 1


def _malformed(relay: Relay) -> dict[str, SignedInstruction]:
    good = relay.signed(SUPPLIER, LEDGER, "setStandingAcceptance", 0, True)
    s = SECPK1_N - int.from_bytes(good.signature[32:64])
    twin = good.signature[:32] + s.to_bytes(32) + bytes([55 - good.signature[64]])
    foreign = InstructionDomain(relay.domain.chain_id + 1, relay.domain.instructions)
    late = relay.signed(SUPPLIER, LEDGER, "setStandingAcceptance", 0, True, deadline_s=1)
    return {
        "another key": replace(good, terms=replace(good.terms, key=CORE.address)),
        "other arguments": replace(good, terms=replace(good.terms, encoded_args=bytes(64))),
        "the twin": replace(good, signature=twin),
        "another chain": replace(good, signature=good.terms.sign(foreign, SUPPLIER).signature),
        "late": late,
        "trailing bytes": replace(
            good, terms=replace(good.terms, encoded_args=good.terms.encoded_args + bytes(32))
        ),
        "no type": replace(good, terms=replace(good.terms, type_hash=b"\x01" * 32)),
    }


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("another key", "SignatureNotKeys"),
        ("other arguments", "SignatureNotKeys"),
        ("the twin", "SignatureNotKeys"),
        ("another chain", "SignatureNotKeys"),
        ("late", "InstructionExpired"),
        ("trailing bytes", "ArgumentsMalformed"),
        ("no type", "RouteUnknown"),
    ],
)
def test_what_the_key_did_not_sign_is_turned_away_without_spending_its_nonce(
    relay: Relay, name: str, code: str
) -> None:
    instruction = _malformed(relay)[name]
    receipt, (outcome,) = relay.relay(instruction)

    assert outcome.error is not None
    assert (outcome.error.code, outcome.spent, outcome.executed) == (code, False, False)
    asked = [instruction.terms.key, instruction.terms.nonce]
    assert relay.gateway.call(INSTRUCTIONS, "isSpent", asked) is False
    assert len(receipt["logs"]) == 1


def test_alone_an_instruction_reverts_with_the_targets_error(relay: Relay) -> None:
    refused = relay.signed(CORE, LEDGER, "confirm", 5, 1000)
    receipt = relay.send(encode_one(refused))
    good = relay.send(encode_one(relay.signed(SUPPLIER, LEDGER, "setStandingAcceptance", 0, True)))

    assert (int(receipt["status"], 16), receipt["logs"]) == (0, [])
    assert relay.gateway.call(INSTRUCTIONS, "isSpent", [CORE.address, refused.terms.nonce]) is False
    assert set(attribute(good, instructions=relay.domain.instructions).values()) == {SUPPLIER.address}


def test_a_starved_batch_has_no_effect_at_all(relay: Relay) -> None:
    signed = relay.signed(SUPPLIER, LEDGER, "propose", proposal(relay, HASH))
    receipt = relay.send(encode_batch([signed]), gas=220_000)

    assert int(receipt["status"], 16) == 0
    assert relay.gateway.call(INSTRUCTIONS, "isSpent", [SUPPLIER.address, signed.terms.nonce]) is False
    _, (outcome,) = relay.relay(signed)
    assert outcome.executed


def test_logs_of_direct_calls_are_acts_of_the_sender(relay: Relay) -> None:
    sent = relay.gateway.send(LEDGER, "setStandingAcceptance", [0, True], SUPPLIER)
    receipt = relay.rpc.request("eth_getTransactionReceipt", sent.tx_hash)

    assert attribute(receipt, instructions=relay.domain.instructions) == {0: SUPPLIER.address}
    assert attribute(receipt, instructions=None) == {0: SUPPLIER.address}


def rotation(relay: Relay, new: LocalAccount, *, party: int, removed: str) -> tuple[str, int, bytes]:
    """What rotateKey takes, with the new key's proof."""
    ledger = LedgerGateway(relay.gateway)
    proof = KeyProof(party_id=party, added=new.address, removed=removed, deadline_s=FAR_S)
    return new.address, FAR_S, ledger.sign_key_proof(by=new, proof=proof)


def test_a_party_rotates_its_key_with_the_old_one_which_then_signs_in_vain(relay: Relay) -> None:
    earlier = relay.signed(SUPPLIER, LEDGER, "propose", proposal(relay, HASH))
    args = rotation(relay, STRANGER, party=2, removed=SUPPLIER.address)
    _, outcomes = relay.relay(
        relay.signed(SUPPLIER, "KeyDesk", "rotateKey", *args),
        earlier,
        relay.signed(STRANGER, LEDGER, "propose", proposal(relay, HASH)),
    )
    codes = [None if each.error is None else each.error.code for each in outcomes]

    assert codes == [None, "NotAParty", None]
    assert [record.event for record in outcomes[0].records] == ["KeyRemoved", "KeyAdded", "KeyRotated"]
    # What it signed before is spent with the refusal, even if the key should come back.
    _, (back, again) = relay.relay(
        relay.signed(OFFICER, LEDGER, "addKey", 2, SUPPLIER.address),
        earlier,
    )
    assert back.executed
    assert again.error is not None
    assert again.error.code == "NonceSpent"


def test_members_of_the_council_vote_by_instructions(relay: Relay) -> None:
    ledger = LedgerGateway(relay.gateway)
    target, call = ledger.encode_act(LEDGER, "addKey", (2, STRANGER.address))
    reviewed = keccak(encode(["address", "bytes"], [target, call]))
    third = Account.create().address
    relay.gateway.send(LEDGER, "registerParty", [int(PartyRole.FUNDER), HASH, [third]], OFFICER)
    receipt, outcomes = relay.relay(
        relay.signed(GOVERNOR, "Council", "seat", [1, 2, 3]),
        relay.signed(CORE, "Council", "propose", target, call, HASH),
        relay.signed(CORE, "Council", "approve", 1, reviewed),
        relay.signed(SUPPLIER, "Council", "approve", 1, HASH),
        relay.signed(SUPPLIER, "Council", "approve", 1, reviewed),
    )
    codes = [None if each.error is None else each.error.code for each in outcomes]
    assert codes == [None, None, None, "ActUnlike", None]
    acting = set(attribute(receipt, instructions=relay.domain.instructions).values())
    assert acting == {GOVERNOR.address, CORE.address, SUPPLIER.address}

    relay.chain.advance_time(86_400)
    _, (executed,) = relay.relay(relay.signed(SUPPLIER, "Council", "execute", 1, target, call))
    assert [record.event for record in executed.records] == ["KeyAdded", "ActExecuted"]
    assert STRANGER.address in relay.gateway.call(LEDGER, "partyOf", [2])[2]


def log(index: int, address: str, *topics: str) -> dict[str, Any]:
    return {"logIndex": hex(index), "address": address, "topics": list(topics)}


def test_only_the_named_contracts_markers_count() -> None:
    ours, theirs = "0x" + "aa" * 20, "0x" + "bb" * 20
    executed = "0x" + _topic("InstructionExecuted(address,uint256,bytes32)")
    key = "0x" + "00" * 12 + SUPPLIER.address[2:].lower()
    logs: Sequence[dict[str, Any]] = [
        log(7, ours, "0x01"),
        log(8, theirs, executed, key),
        log(9, ours, executed, key),
        log(10, ours, "0x02"),
        log(11, ours),
    ]
    receipt = {"from": STRANGER.address.lower(), "logs": logs}

    assert attribute(receipt, instructions=ours) == {
        7: SUPPLIER.address,
        8: SUPPLIER.address,
        9: SUPPLIER.address,
        10: STRANGER.address,
        11: STRANGER.address,
    }
    assert set(attribute(receipt, instructions=None).values()) == {STRANGER.address}


def test_nobodys_own_acts_are_put_down_to_a_key_by_sending_rubbish_in_its_name() -> None:
    ours, refused = "0x" + "aa" * 20, "0x" + _topic("InstructionRefused(address,uint256,bytes32,bytes)")
    key = "0x" + "00" * 12 + SUPPLIER.address[2:].lower()
    logs = [log(0, "0x" + "bb" * 20, "0x01"), log(1, ours, refused, key), log(2, ours, "0x02")]

    acting = attribute({"from": STRANGER.address, "logs": logs}, instructions=ours)
    assert acting == {0: STRANGER.address, 1: SUPPLIER.address, 2: STRANGER.address}


def _topic(signature: str) -> str:

    return keccak(text=signature).hex()


def test_anchors_are_given_as_instructions(relay: Relay) -> None:
    _, outcomes = relay.relay(
        relay.signed(RELAYER, "Anchors", "anchor", HASH, 3),
        relay.signed(RELAYER, "Anchors", "anchor", HASH, 3),
        relay.signed(CORE, "Anchors", "anchor", HASH, 4),
    )
    codes = [None if each.error is None else each.error.code for each in outcomes]

    assert codes == [None, "AnchorNotNewer", "AccessManagedUnauthorized"]
    assert relay.gateway.call("Anchors", "last", [RELAYER.address]) == (HASH, 3)
