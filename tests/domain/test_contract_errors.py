"""Every refusal of the contracts has a sentence, and the states have the contracts' numbers."""

from __future__ import annotations

import json
import re
import string
from enum import IntEnum, IntFlag
from pathlib import Path
from typing import Any

import pytest

from counterfoil.chain.abi import snake_case
from counterfoil.chain.artifact import ARTIFACT_DIRECTORY
from counterfoil.domain import states
from counterfoil.domain.errors import DomainError, error_spec
from counterfoil.domain.ledger.parties import MAX_KEYS
from counterfoil.domain.lot import MAX_CHILDREN, AssetId, LotId
from counterfoil.domain.refusals.ledger_refusals import LOT_UNKNOWN, NOT_MATURED, UNEXPECTED_NOTE_STATE
from counterfoil.domain.refusals.money_refusals import ASSET_ENCUMBERED
from counterfoil.domain.states import NoteState

SOLIDITY = Path(__file__).parents[2] / "contracts"


def _errors() -> dict[str, list[dict[str, Any]]]:
    """The parameters of every custom error of every shipped contract, by name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(ARTIFACT_DIRECTORY.glob("*.json")):
        for entry in json.loads(path.read_text(encoding="utf-8")).get("abi", ()):
            if entry["type"] == "error":
                found[entry["name"]] = entry["inputs"]
    return found


ERRORS = _errors()


@pytest.mark.parametrize("name", ERRORS)
def test_every_custom_error_has_a_sentence_with_its_values(name: str) -> None:
    spec = error_spec(name)
    assert spec is not None, f"{name} is not in the error table"
    parameters = {snake_case(each["name"]) for each in ERRORS[name]}
    placeholders = {field for _, field, _, _ in string.Formatter().parse(spec.message) if field}
    assert placeholders <= parameters
    assert set(spec.show) <= parameters
    assert spec.remedy
    # It can be said with any values of these types.
    DomainError(name, **{snake_case(each["name"]): _example(each["type"]) for each in ERRORS[name]})
    spec.sentence({snake_case(each["name"]): _example(each["type"]) for each in ERRORS[name]})


def _example(kind: str) -> object:
    return {"address": "0x" + "ab" * 20, "string": "rateBps"}.get(
        kind, 1 if "int" in kind else "0x" + "cd" * 32
    )


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            DomainError(UNEXPECTED_NOTE_STATE, note=7, current=NoteState.WRITTEN_OFF, expected=2),
            "note 7 is Written off, this needs it to be Live",
        ),
        (DomainError(LOT_UNKNOWN, lot=LotId(12, 3, 4).number), "there is no lot 12/3/4"),
        (
            DomainError(ASSET_ENCUMBERED, asset=AssetId.of_lot(LotId.root(5)).number),
            "lot 5/0/0 carries a lien already",
        ),
        (
            DomainError(ASSET_ENCUMBERED, asset=AssetId.of_receipt(9).number),
            "receipt 9 carries a lien already",
        ),
        (
            DomainError(ASSET_ENCUMBERED, asset=AssetId.of_bill(9).number),
            "bill of lading 9 carries a lien already",
        ),
        (
            DomainError(ASSET_ENCUMBERED, asset=AssetId(2, 2**64).number),
            f"asset {2 << 248 | 1 << 64:#x} carries a lien already",
        ),
        (
            DomainError(NOT_MATURED, note=1, maturity_at=2**40 - 1, now_at=0),
            "note 1 matures on 1099511627775 s, now it is 1970-01-01 00:00:00 UTC",
        ),
    ],
)
def test_numbers_read_as_what_they_are(error: DomainError, sentence: str) -> None:
    assert error.message == sentence


def test_a_fact_that_is_missing_is_said_and_does_not_break_the_message() -> None:
    assert DomainError(LOT_UNKNOWN, note=3).message == "there is no lot {lot} (note=3)"


def test_states_and_roles_have_the_contracts_numbers() -> None:
    text = (SOLIDITY / "types" / "States.sol").read_text(encoding="utf-8")
    enums = dict(re.findall(r"enum (\w+) \{([^}]*)\}", text))
    assert enums.keys() == {
        "PartyState", "NoteState", "LotState", "LienState", "FinancingKind", "FinancingState",
        "ReceiptState", "BillState", "FacilityState", "ProposalState",
    }  # fmt: skip
    for name, members in enums.items():
        ours: type[IntEnum] = getattr(states, name)
        names = [snake_case(member).upper() for member in members.replace(",", " ").split()]
        assert [member.name for member in ours] == names
        assert [member.value for member in ours] == list(range(len(names)))
    roles = {name: 1 << int(bit) for name, bit in re.findall(r"ROLE_(\w+) = 1 << (\d+);", text)}
    role_type: type[IntFlag] = states.PartyRole
    assert {role.name: role.value for role in role_type} == roles


def test_limits_are_the_contracts_own() -> None:
    packed = (SOLIDITY / "types" / "PackedLots.sol").read_text(encoding="utf-8")
    parties = (SOLIDITY / "Parties.sol").read_text(encoding="utf-8")
    assert f"MAX_CHILDREN = {MAX_CHILDREN};" in packed
    assert f"MAX_KEYS = {MAX_KEYS};" in parties
