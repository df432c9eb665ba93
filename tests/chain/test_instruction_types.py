"""Instruction types against the compiled interfaces: nothing forgotten, nothing ambiguous."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from eth_utils import keccak
from eth_utils.abi import collapse_if_tuple

from counterfoil.chain.abi import ContractAbi, snake_case
from counterfoil.chain.artifact import ARTIFACT_DIRECTORY
from counterfoil.chain.instructions.catalogue import (
    instruction_types,
    type_of_call,
    type_of_hash,
    type_of_name,
)
from counterfoil.chain.instructions.instruction_type import instruction_type
from counterfoil.chain.instructions.routes import instruction_routes
from counterfoil.chain.ledger_deployment import CONTRACTS
from counterfoil.chain.ledger_gateway import LedgerGateway
from counterfoil.domain.errors import DomainError

# Called by other contracts of the ledger, by the manager itself, or by the governor's own transactions when a
# ledger is set up; no key signs an instruction for them.
NEVER_RELAYED = {
    "Ledger": {"applyPayment", "divide", "encumber", "transferSold", "unencumber"},
    "Cash": {"move", "settle"},
    "LienRegistry": {"collect", "discharge", "enforce", "place", "reassign", "setAssetKind"},
    "Financing": {"collect"},
    "Warehouse": {"divide", "transferEnforced"},
    "BillsOfLading": {"transferEnforced"},
    "Facilities": {"collect"},
    "Council": {"admit", "remove"},
}
OF_SETTING_UP = {"setAuthority", "setModule"}
WHOLLY_DIRECT = {"Authority", "Instructions"}

# One function serves lots and receipts, under two names of the gateway.
NOT_NAMED_AS_COMMANDS = {"ReleasePart"}


def state_changing(contract: str) -> Iterator[tuple[str, str]]:
    content = json.loads((ARTIFACT_DIRECTORY / f"{contract}.json").read_text(encoding="utf-8"))
    for entry in content["abi"]:
        if entry["type"] == "function" and entry["stateMutability"] not in ("view", "pure"):
            inputs = ",".join(collapse_if_tuple(each) for each in entry["inputs"])
            yield entry["name"], f"{entry['name']}({inputs})"


@pytest.mark.parametrize("contract", [name for name in CONTRACTS if name not in WHOLLY_DIRECT])
def test_every_function_with_effect_has_a_type_or_is_never_relayed(contract: str) -> None:
    relayed = {kind.function.signature for kind in instruction_types() if kind.contract == contract}
    direct = NEVER_RELAYED.get(contract, set())
    found = list(state_changing(contract))
    names = {name for name, _ in found}

    assert direct <= names
    for name, signature in found:
        assert (signature in relayed) != (name in direct | OF_SETTING_UP), signature
    assert relayed <= {signature for _, signature in found}


def test_contracts_that_take_no_instructions_have_no_type() -> None:
    assert not {kind.contract for kind in instruction_types()} & WHOLLY_DIRECT


def test_names_hashes_and_functions_are_each_used_once() -> None:
    kinds = instruction_types()

    assert len({kind.name for kind in kinds}) == len(kinds)
    assert len({kind.type_hash for kind in kinds}) == len(kinds)
    assert len({(kind.contract, kind.function.selector) for kind in kinds}) == len(kinds)


def test_names_are_those_of_the_gateways_commands() -> None:
    for kind in instruction_types():
        if kind.name not in NOT_NAMED_AS_COMMANDS:
            assert callable(getattr(LedgerGateway, snake_case(kind.name), None)), kind.name


def test_no_struct_is_called_as_a_message() -> None:
    names = {kind.name for kind in instruction_types()}
    structs = {name for kind in instruction_types() for name in kind.structs if name != kind.name}

    assert not names & structs


def test_types_are_written_as_the_standard_says() -> None:
    assert type_of_name("ConfirmNote").text == (
        "ConfirmNote(uint64 note,uint48 faceMinor,uint256 nonce,uint40 deadline)"
    )
    # Structs follow in the order of their names, not of their use.
    assert type_of_name("MergeReceipts").text == (
        "MergeReceipts(uint64 receipt,Source[] sources,bytes32 detailRoot,Seal seal,uint256 nonce,"
        "uint40 deadline)Seal(uint40 deadline,bytes signature)Source(uint64 receipt,bytes32[] lots)"
    )
    confirm = type_of_name("ConfirmNote")
    assert confirm.type_hash == keccak(text=confirm.text)


def struct_hash(text: str) -> str:
    return keccak(text=text).hex()


@pytest.mark.parametrize(
    ("name", "layout"),
    [
        ("ConfirmNote", "02"),
        ("AssignLot", "03"),
        ("RegisterParty", "028101"),
        (
            "PledgeAsset",
            "82"
            + struct_hash(
                "Pledge(uint256 asset,uint24 pledgee,uint48 securedMinor,uint40 registeredAt,"
                "bytes32 agreementHash,bytes32 registrationHash)"
            )
            + "0106",
        ),
        ("SplitLot", "018182" + struct_hash("Child(uint48 amountMinor,uint24 holder)") + "010201"),
        ("ReleasePart", "018001"),
        (
            "MergeReceipts",
            "018183"
            + struct_hash("Source(uint64 receipt,bytes32[] lots)")
            + "03018101"
            + "0183"
            + struct_hash("Seal(uint40 deadline,bytes signature)")
            + "020180",
        ),
    ],
)
def test_layouts_are_those_of_the_contracts_interface(name: str, layout: str) -> None:
    assert type_of_name(name).layout.hex() == layout


def function_of(*inputs: dict[str, Any]) -> Any:
    entry = {"type": "function", "name": "act", "inputs": list(inputs), "outputs": []}
    return ContractAbi("Sample", [entry]).function_named("act")


@pytest.mark.parametrize(
    "inputs",
    [
        [{"name": "deadline", "type": "uint40"}],
        [{"name": "nonce", "type": "uint256"}],
        [{"name": "", "type": "uint256"}],
        [{"name": "pair", "type": "uint256[2]"}],
        [{"name": "terms", "type": "tuple", "components": [{"name": "a", "type": "bool"}]}],
    ],
    ids=["second-deadline", "second-nonce", "no-name", "fixed-array", "struct-without-name"],
)
def test_functions_that_make_no_readable_message_are_refused(inputs: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match=r"makes no message|fixed length|does not name"):
        instruction_type("Act", "Sample", function_of(*inputs))


def test_two_structs_of_one_name_are_refused() -> None:
    def terms(name: str, field: str) -> dict[str, Any]:
        components = [{"name": field, "type": "bool"}]
        return {"name": name, "type": "tuple", "internalType": "struct IA.Terms", "components": components}

    with pytest.raises(ValueError, match="two structs"):
        instruction_type("Act", "Sample", function_of(terms("one", "a"), terms("two", "b")))


def test_overloads_are_told_apart_by_their_arguments() -> None:
    assert type_of_call("Ledger", "reject", 1).name == "RejectAssignment"
    assert type_of_call("Ledger", "reject", 3).name == "RejectNote"
    assert type_of_call("Ledger", "reject(uint128)", 1).name == "RejectAssignment"


@pytest.mark.parametrize(
    ("contract", "function", "count"),
    [
        ("Ledger", "encumber", 2),
        ("Ledger", "noSuchFunction", 0),
        ("Ledger", "reject", 2),
        ("Authority", "grantRole", 3),
        ("Elsewhere", "act", 0),
    ],
)
def test_calls_that_no_key_gives_are_refused(contract: str, function: str, count: int) -> None:
    with pytest.raises(DomainError, match=re.escape(function)) as refused:
        type_of_call(contract, function, count)
    assert refused.value.code == "NotAnInstruction"


def test_unknown_hashes_and_names_are_refused() -> None:
    with pytest.raises(DomainError, match="0x0101") as by_hash:
        type_of_hash(b"\x01" * 32)
    with pytest.raises(DomainError, match="GiveEverything") as by_name:
        type_of_name("GiveEverything")
    assert (by_hash.value.code, by_name.value.code) == ("InstructionUnknown", "InstructionUnknown")


def test_routes_name_each_function_of_each_contract_once() -> None:
    made = instruction_routes()

    assert len({(route.contract, route.selector) for route in made}) == len(made) == len(instruction_types())
    confirm = type_of_name("ConfirmNote")
    route = next(each for each in made if each.type_hash == confirm.type_hash)
    assert (route.contract, route.selector, route.layout) == (
        "Ledger",
        keccak(text="confirm(uint64,uint48)")[:4],
        b"\x02",
    )
