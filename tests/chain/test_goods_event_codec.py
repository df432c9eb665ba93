"""Every event of goods, liens and facilities, from the contracts' values to the domain's event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from goods_event_rows import BILL_TERMS, ROWS, TERMS, A

from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.event_codec import EVENT_UNREADABLE, decode_event
from counterfoil.chain.facility_event_codec import FACILITY_BUILDERS
from counterfoil.chain.goods_event_codec import GOODS_BUILDERS
from counterfoil.domain.errors import DomainError
from counterfoil.domain.events import lien_events as liens
from counterfoil.ports.engine import EventRecord

CONTRACTS = ("Warehouse", "BillsOfLading", "LienRegistry", "Prices", "Facilities")


def _record(event: str, args: Mapping[str, Any]) -> EventRecord:
    return EventRecord(
        block_number=3,
        block_hash="0x03",
        block_time_s=1_000,
        tx_hash="0x0a",
        tx_index=0,
        log_index=4,
        contract="Anything",
        address="0x" + "11" * 20,
        event=event,
        args=args,
    )


def _refusal(event: str, **changed: Any) -> str:
    args = {name: value for name, value in {**ROWS[event][0], **changed}.items() if value is not None}
    with pytest.raises(DomainError) as refused:
        decode_event(_record(event, args))
    assert refused.value.code == EVENT_UNREADABLE
    assert refused.value.facts["event"] == event
    return str(refused.value.facts["reason"])


@pytest.mark.parametrize("event", ROWS)
def test_an_event_is_read_in_full(event: str) -> None:
    args, expected = ROWS[event]
    found = decode_event(replace(_record(event, args), acting_key="0xabc"))
    assert found is not None
    assert found.event == expected
    assert (found.at_s, found.block_number, found.log_index, found.sender) == (1_000, 3, 4, "0xabc")


def test_every_reader_has_its_row_and_none_hides_another() -> None:
    assert set(ROWS) == set(GOODS_BUILDERS) | set(FACILITY_BUILDERS)
    assert not set(GOODS_BUILDERS) & set(FACILITY_BUILDERS)


def test_the_rows_name_the_values_as_the_contracts_do() -> None:
    declared = {
        event.name: event.inputs.names
        for contract in CONTRACTS
        for event in load_artifact(contract).abi.events.values()
    }
    for event, (args, _) in ROWS.items():
        assert list(args) == declared[event], event


def test_a_claim_outside_the_ledger_has_no_financing() -> None:
    args = {**ROWS["LienPlaced"][0], "financing": 0}
    found = decode_event(_record("LienPlaced", args))
    assert found is not None
    assert isinstance(found.event, liens.LienPlaced)
    assert found.event.financing_id is None


@pytest.mark.parametrize(
    ("event", "changed", "reason"),
    [
        ("ReceiptUnfrozen", {"state": 99}, "99"),
        ("BillUnfrozen", {"state": 99}, "99"),
        ("FacilityRepaid", {"by": 3}, "3"),
        ("ReceiptDrafted", {"lots": ({"key": A},)}, "quantity"),
        ("LotsRestacked", {"added": ({"key": A, "quantity": 1, "colour": 2},)}, "colour"),
        ("BillIssued", {"terms": {**BILL_TERMS, "colour": 2}}, "colour"),
        ("FacilityOffered", {"terms": {**TERMS, "goods": ({"good": A},)}}, "haircut_bps"),
        ("ReceiptIssued", {"receipt": None}, "receipt_id"),
        ("ReceiptIssued", {"colour": 2}, "colour"),
        ("ReceiptDisputed", {"by": None}, "by"),
        ("BlockPlaced", {"asset": None}, "asset_id"),
    ],
)
def test_what_does_not_fit_is_refused_and_not_guessed(
    event: str, changed: dict[str, Any], reason: str
) -> None:
    assert reason in _refusal(event, **changed)
