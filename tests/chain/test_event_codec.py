"""From the chain's records to the domain's events: nothing left out, nothing misread, nothing swallowed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from chain_support import deployed_on
from eth_account import Account

from counterfoil.bootstrap import OpenChain
from counterfoil.chain.artifact import ARTIFACT_DIRECTORY
from counterfoil.chain.event_codec import (
    EVENT_UNREADABLE,
    decode_event,
    decoded,
    ignored_events,
    readable_events,
)
from counterfoil.chain.gateway import ChainGateway
from counterfoil.domain.errors import DomainError
from counterfoil.domain.events.ledger_events import LotSplit
from counterfoil.domain.invariants import check_invariants
from counterfoil.domain.lot import LotId
from counterfoil.domain.projection.fold import project
from counterfoil.domain.states import LotState, NoteState, Office, PartyRole
from counterfoil.ports.engine import EventRecord

pytestmark = [pytest.mark.engine_neutral, pytest.mark.own_network]

GOVERNOR, OFFICER, CORE, SUPPLIER = (Account.from_key("0x" + f"{n:02x}" * 32) for n in (1, 2, 3, 4))
OFFICERS = dict.fromkeys((Office.REGISTRAR, Office.BANK, Office.ARBITER, Office.EXAMINER), OFFICER.address)
HASH = b"\7" * 32


def test_every_event_of_the_contracts_is_read_or_known_to_be_administration() -> None:
    declared = set()
    for path in ARTIFACT_DIRECTORY.glob("*.json"):
        entries = json.loads(path.read_text(encoding="utf-8")).get("abi", ())
        declared |= {entry["name"] for entry in entries if entry["type"] == "event"}
    assert readable_events() | ignored_events() == declared
    assert not readable_events() & ignored_events()


@pytest.fixture
def ledger(chain: OpenChain) -> ChainGateway:
    """A confirmed note, cut in two, the larger part offered to a party that has no key."""
    gateway = deployed_on(chain, governor=GOVERNOR, officers=OFFICERS)
    for roles, account in ((PartyRole.CORE_ENTERPRISE, CORE), (PartyRole.SUPPLIER, SUPPLIER), (0, None)):
        keys = [account.address] if account else []
        gateway.send("Ledger", "registerParty", [int(roles), HASH, keys], OFFICER)
    maturity_at_s = chain.now_s() + 1000
    proposal = (1, 2, 978, maturity_at_s, HASH, [(HASH, 1000, 1000)])
    gateway.send("Ledger", "propose", [proposal], SUPPLIER)
    gateway.send("Ledger", "confirm", [1, 1000], CORE)
    gateway.send("Ledger", "split", [LotId.root(1).number, [(300, 2), (700, 3)], HASH], SUPPLIER)
    return gateway


def test_blocks_are_read_into_a_state_with_both_signatures(ledger: ChainGateway) -> None:
    records = list(ledger.events())
    assert all(record.acting_key == ledger.receipt(record.tx_hash).sender for record in records)
    state = project(decoded(records))
    note = state.notes[1]
    assert (note.state, note.face_minor, note.segment_count) == (NoteState.LIVE, 1000, 2)
    assert (note.proposer_key, note.confirmer_key) == (SUPPLIER.address, CORE.address)
    assert note.confirmed_at_s is not None
    assert [
        (lot.first, lot.last, lot.holder_id, lot.offeree_id, lot.state) for lot in state.leaves_of(1)
    ] == [
        (1, 300, 2, None, LotState.FREE),
        (301, 1000, 2, 3, LotState.OFFERED),
    ]
    assert all(result.ok for result in check_invariants(state))
    # Who is said to have signed is checked against whose key it is.
    forged = project(decoded(replace(record, acting_key=SUPPLIER.address) for record in records))
    (signatures,) = [result for result in check_invariants(forged) if result.number == 3]
    assert not signatures.ok


def test_records_keep_their_place_in_the_chain(ledger: ChainGateway) -> None:
    last = list(ledger.events())[-1]
    found = decode_event(replace(last, acting_key="0xabc"))
    assert found is not None
    assert isinstance(found.event, LotSplit)
    assert (found.block_number, found.log_index, found.tx_hash, found.at_s, found.sender) == (
        last.block_number,
        last.log_index,
        last.tx_hash,
        last.block_time_s,
        "0xabc",
    )


def _split_record(ledger: ChainGateway) -> EventRecord:
    (record,) = [each for each in ledger.events() if each.event == "LotSplit"]
    return record


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"words": ()}, "at least one word"),
        ({"lot": LotId(1, 4, 4).number}, "name 0.0 as the parent"),
        ({"segment": None}, None),
    ],
)
def test_malformed_words_are_refused_and_not_left_out(
    ledger: ChainGateway, changed: dict[str, object], reason: str | None
) -> None:
    record = _split_record(ledger)
    args = {name: value for name, value in {**record.args, **changed}.items() if value is not None}
    with pytest.raises(DomainError) as refused:
        decode_event(replace(record, args=args))
    assert refused.value.code == EVENT_UNREADABLE
    assert refused.value.facts["event"] == "LotSplit"
    if reason is not None:
        assert reason in str(refused.value.facts["reason"])


def test_an_event_of_a_later_version_is_refused(ledger: ChainGateway) -> None:
    record = _split_record(ledger)
    with pytest.raises(DomainError) as refused:
        decode_event(replace(record, event="LotTeleported"))
    assert refused.value.code == EVENT_UNREADABLE


def test_administration_is_left_out(ledger: ChainGateway) -> None:
    granted = [record for record in ledger.events() if record.event == "RoleGranted"]
    assert granted
    assert [decode_event(record) for record in granted] == [None] * len(granted)
