"""Limits and numbers of liens and facilities are the contracts' own."""

from __future__ import annotations

import re
from pathlib import Path

from counterfoil.chain.abi import snake_case
from counterfoil.domain.events.facility_events import LOTS_GOOD, RepaidBy
from counterfoil.domain.ledger.facility_terms import MAX_ASSETS, MAX_GOODS
from counterfoil.domain.ledger.financing import MAX_RATE_BPS
from counterfoil.domain.ledger.liens import MAX_BLOCKS
from counterfoil.domain.lot import ASSET_KIND_LOT
from counterfoil.domain.state.facility_state import financing_number
from counterfoil.domain.state.facility_valuation import BPS

SOLIDITY = Path(__file__).parents[2] / "contracts"


def _source(name: str) -> str:
    return (SOLIDITY / name).read_text(encoding="utf-8")


def test_limits_are_the_contracts_own() -> None:
    facilities, pools = _source("Facilities.sol"), _source("FacilityPools.sol")
    assert f"MAX_GOODS = {MAX_GOODS};" in facilities
    assert f"MAX_RATE_BPS = {MAX_RATE_BPS:_};" in facilities
    assert f"MAX_ASSETS = {MAX_ASSETS};" in pools
    assert f"BPS = {BPS:_};" in pools
    assert "MAX_BLOCKS = type(uint8).max;" in _source("LienRegistry.sol")
    assert MAX_BLOCKS == 2**8 - 1


def test_what_stands_for_lots_is_their_kind() -> None:
    assert "LOTS = bytes32(uint256(ASSET_KIND_LOT));" in _source("FacilityPools.sol")
    assert int.from_bytes(LOTS_GOOD, "big") == ASSET_KIND_LOT


def test_a_facilitys_number_has_the_contracts_bit() -> None:
    (bit,) = re.findall(r"FACILITY = 1 << (\d+);", _source("types/Ids.sol"))
    assert financing_number(0) == 1 << int(bit)


def test_whence_a_repayment_came_is_numbered_as_in_the_contract() -> None:
    (members,) = re.findall(r"enum RepaidBy \{([^}]*)\}", _source("interfaces/IFacilities.sol"))
    names = [snake_case(member).upper() for member in members.replace(",", " ").split()]
    assert [each.name for each in RepaidBy] == names
    assert [each.value for each in RepaidBy] == list(range(len(names)))
