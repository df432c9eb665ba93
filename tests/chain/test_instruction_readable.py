"""What is shown before signing: every type can be said, and no two instructions read alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from eth_abi import decode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.instructions.catalogue import instruction_types
from counterfoil.chain.instructions.instruction_type import InstructionType, element_of
from counterfoil.chain.instructions.readable import readable, title
from counterfoil.chain.instructions.terms import InstructionTerms
from counterfoil.chain.seals import lot_division, receipt_division
from counterfoil.domain.goods.receipt_terms import Part, SignedSeal
from counterfoil.domain.lot import AssetId, LotId

KEY = "0x" + "11" * 20
LATE_S = 4_070_908_799


def terms_of(contract: str, function: str, *args: Any) -> InstructionTerms:
    return InstructionTerms.of_call(contract, function, args, key=KEY, nonce=1, deadline_s=LATE_S)


def lines_of(contract: str, function: str, *args: Any) -> dict[str, str]:
    return dict(readable(terms_of(contract, function, *args)))


def values(entry: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Any value that an ABI parameter takes."""
    element = element_of(entry)
    if element is not None:
        return st.lists(values(element), max_size=3)
    kind = entry["type"]
    if kind == "tuple":
        return st.tuples(*(values(each) for each in entry["components"]))
    if kind.startswith("uint"):
        bits = int(kind[4:])
        small = st.integers(0, min(4, (1 << bits) - 1))
        return small | st.integers(0, (1 << bits) - 1)
    if kind.startswith("bytes") and kind != "bytes":
        length = int(kind.removeprefix("bytes"))
        return st.binary(min_size=length, max_size=length)
    return {
        "bool": st.booleans(),
        "address": st.binary(min_size=20, max_size=20).map(lambda content: f"0x{content.hex()}"),
        "bytes": st.binary(max_size=80),
    }[kind]


def any_args(kind: InstructionType) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(*(values(entry) for entry in kind.function.inputs.entries))


@pytest.mark.parametrize("kind", instruction_types(), ids=lambda kind: kind.name)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_two_instructions_that_differ_read_differently(kind: InstructionType, data: st.DataObject) -> None:
    one, other = data.draw(any_args(kind)), data.draw(any_args(kind))
    first, second = (terms_of(kind.contract, kind.function.signature, *args) for args in (one, other))

    assert (readable(first) == readable(second)) == (first.encoded_args == second.encoded_args)


@given(st.integers(0, 2**128 - 1), st.integers(0, 127))
def test_one_bit_of_a_lot_or_an_asset_shows(number: int, bit: int) -> None:
    changed = number ^ (1 << bit)
    assert readable(terms_of("Ledger", "accept", number)) != readable(terms_of("Ledger", "accept", changed))
    for kind in (0, 1, 2, 7):
        one, other = (kind << 248 | each for each in (number, changed))
        first, second = (terms_of("LienRegistry", "release", each, bytes(32)) for each in (one, other))
        assert readable(first) != readable(second)


@given(st.integers(0, 2**32 - 1), st.integers(0, 31))
def test_one_bit_of_the_roles_shows(roles: int, bit: int) -> None:
    one, other = (terms_of("Ledger", "setPartyRoles", 1, each) for each in (roles, roles ^ (1 << bit)))
    assert readable(one) != readable(other)


def test_names_are_said_in_words() -> None:
    assert [title(kind.name) for kind in instruction_types()][:3] == [
        "Register party",
        "Set party roles",
        "Set party state",
    ]


def test_amounts_have_the_messages_own_currency() -> None:
    assert lines_of("Cash", "transfer", 3, 978, 120_050, bytes(32))["amount"] == "1,200.50 EUR"
    assert lines_of("Cash", "transfer", 3, 392, 120_050, bytes(32))["amount"] == "120,050 JPY"
    assert lines_of("Cash", "transfer", 3, 1, 120_050, bytes(32))["amount"] == "120,050 minor units"
    assert lines_of("Ledger", "confirm", 7, 120_000)["face"] == "120,000 minor units"


def test_numbers_read_as_what_they_are() -> None:
    assert lines_of("Ledger", "accept", LotId(5, 1, 2).number)["lot"] == "5/1/2"
    assert lines_of("Financing", "repay", 3, 2**48 - 1)["amount"] == "the whole debt"
    assert lines_of("Financing", "repay", 3, 2**48 - 2)["amount"] == "281,474,976,710,654 minor units"
    assert lines_of("Ledger", "setStandingAcceptance", 0, True) == {
        "debtor": "everybody",
        "given": "yes",
        "good until": "2098-12-31 23:59:59 UTC",
    }
    assert lines_of("Ledger", "setPartyState", 3, 2)["state"] == "suspended"
    assert lines_of("Ledger", "setPartyRoles", 3, 3)["roles"] == "core enterprise and supplier"
    assert lines_of("Ledger", "setPartyRoles", 3, 0)["roles"] == "none"


def test_what_is_cut_from_a_pledged_asset_is_said() -> None:
    lot = AssetId.of_lot(LotId(5, 1, 2)).number
    lines = lines_of("LienRegistry", "releasePart", lot, lot_division(5_000), bytes(32))
    assert (lines["asset"], lines["stays pledged"]) == ("lot 5/1/2", "the first 5,000 minor units")

    part = Part(detail_root=b"\x01" * 32, lots=(b"\x02" * 32, b"\x03" * 32))
    how = receipt_division(part, b"\x04" * 32, SignedSeal(deadline_s=1, signature=b"\x05" * 65))
    receipt = AssetId.of_receipt(9).number
    lines = lines_of("LienRegistry", "releasePart", receipt, how, bytes(32))
    assert (lines["asset"], lines["becomes free 2"]) == ("receipt 9", "0x" + "03" * 32)
    assert lines_of("LienRegistry", "releasePart", lot, b"", bytes(32))["how: meaning"] == "cannot be read"


def test_what_the_council_is_to_call_is_said() -> None:
    add_key = load_artifact("Ledger").abi.function("addKey", 2)
    call = add_key.encode_call([3, "0x" + "22" * 20])
    lines = lines_of("Council", "propose", "0x" + "33" * 20, call, b"\x01" * 32)

    assert lines["call data: function"] == "addKey(uint24,address)"
    assert lines["call data: party"] == "party 3"
    assert lines["call data: key"] == "0x" + "22" * 20
    unknown = lines_of("Council", "propose", "0x" + "33" * 20, b"\x01\x02\x03\x04", b"\x01" * 32)
    assert "do not approve" in unknown["call data: function"]
    short = lines_of("Council", "propose", "0x" + "33" * 20, call[:-1], b"\x01" * 32)
    assert short["call data: arguments"] == "cannot be read"
    assert decode(["uint24", "address"], call[4:])[0] == 3
