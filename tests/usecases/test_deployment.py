"""Who may do what after a ledger was set up: each office its own functions, modules only their own doors."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from counterfoil.bootstrap import ANCHOR_KEY, OpenLedger
from counterfoil.chain.ledger_deployment import CONTRACTS
from counterfoil.domain.errors import DomainError
from counterfoil.domain.events.cash_events import AssetKindSet, ModuleSet
from counterfoil.domain.lot import AssetId
from counterfoil.domain.states import PartyRole, PartyState
from counterfoil.ports.engine import ContractRefusedError, Signer
from counterfoil.usecases.workbench import Workbench
from ledger_support import ledger_in

OFFICES = ("governor", "registrar", "bank", "arbiter", "examiner")
HASH = b"\x01" * 32
RECEIPT = AssetId.of_receipt(1)
Command = Callable[[Workbench, Signer], object]

# Command, its office, and what the ledger says once the office is let in: None where it is done.
GUARDED: dict[str, tuple[Command, str, str | None]] = {
    "register a party": (
        lambda b, by: b.ledger.register_party(
            by=by, roles=PartyRole.SUPPLIER, onboarding_hash=b"\x01" * 32, keys=[]
        ),
        "registrar",
        None,
    ),
    "change roles": (
        lambda b, by: b.ledger.set_party_roles(by=by, party_id=1, roles=PartyRole.SUPPLIER),
        "registrar",
        None,
    ),
    "suspend": (
        lambda b, by: b.ledger.set_party_state(by=by, party_id=1, state=PartyState.SUSPENDED),
        "registrar",
        None,
    ),
    "suspend at the desk": (
        lambda b, by: b.ledger.suspend_party(by=by, party_id=1),
        "registrar",
        None,
    ),
    "issue cash": (
        lambda b, by: b.ledger.issue_cash(
            by=by, party_id=1, currency=978, amount_minor=1, deposit_hash=b"\x01" * 32
        ),
        "bank",
        None,
    ),
    "attest a payout": (
        lambda b, by: b.ledger.attest_payout(by=by, redemption_id=1, payment_hash=b"\x01" * 32),
        "bank",
        "RedemptionUnknown",
    ),
    "resolve a dispute": (
        lambda b, by: b.ledger.resolve_dispute(by=by, note_id=1, upheld_minor=0, reason_hash=b"\x01" * 32),
        "arbiter",
        "NoteUnknown",
    ),
    "write a note off": (
        lambda b, by: b.ledger.write_off(by=by, note_id=1, reason_hash=b"\x01" * 32),
        "arbiter",
        "NoteUnknown",
    ),
    "block an asset": (
        lambda b, by: b.ledger.block_asset(by=by, asset_id=RECEIPT, match_hash=HASH),
        "examiner",
        "ReceiptUnknown",
    ),
    "resolve a block": (
        lambda b, by: b.ledger.resolve_block(
            by=by, asset_id=RECEIPT, match_hash=HASH, upheld=True, reason_hash=HASH
        ),
        "arbiter",
        "BlockUnknown",
    ),
    "enforce by order": (
        lambda b, by: b.ledger.enforce_by_order(by=by, asset_id=RECEIPT, to_id=1, order_hash=HASH),
        "arbiter",
        "LienUnknown",
    ),
    "close a receipt's dispute": (
        lambda b, by: b.ledger.close_receipt_dispute(by=by, receipt_id=1, reason_hash=HASH),
        "arbiter",
        "ReceiptUnknown",
    ),
    "freeze a receipt": (
        lambda b, by: b.ledger.freeze_receipt(by=by, receipt_id=1, order_hash=HASH),
        "arbiter",
        "ReceiptUnknown",
    ),
    "unfreeze a receipt": (
        lambda b, by: b.ledger.unfreeze_receipt(by=by, receipt_id=1, order_hash=HASH),
        "arbiter",
        "ReceiptUnknown",
    ),
    "force a receipt's transfer": (
        lambda b, by: b.ledger.force_receipt_transfer(by=by, receipt_id=1, to_id=1, order_hash=HASH),
        "arbiter",
        "ReceiptUnknown",
    ),
    "cancel a receipt": (
        lambda b, by: b.ledger.cancel_receipt(by=by, receipt_id=1, lots=[], order_hash=HASH),
        "arbiter",
        "ReceiptUnknown",
    ),
    "freeze a bill": (
        lambda b, by: b.ledger.freeze_bill(by=by, bill_id=1, order_hash=HASH),
        "arbiter",
        "BillUnknown",
    ),
    "unfreeze a bill": (
        lambda b, by: b.ledger.unfreeze_bill(by=by, bill_id=1, order_hash=HASH),
        "arbiter",
        "BillUnknown",
    ),
    "force a bill's transfer": (
        lambda b, by: b.ledger.force_bill_transfer(by=by, bill_id=1, to_id=1, order_hash=HASH),
        "arbiter",
        "BillUnknown",
    ),
    "reinstate a bill": (
        lambda b, by: b.ledger.reinstate_bill(by=by, bill_id=1, order_hash=HASH),
        "arbiter",
        "BillUnknown",
    ),
    "set how long counts are fresh": (
        lambda b, by: b.ledger.set_attestation_age(by=by, max_age_s=86_400),
        "governor",
        None,
    ),
    "cap a keeper's exposure": (
        lambda b, by: b.ledger.set_exposure_cap(by=by, keeper_id=1, currency=978, cap_minor=1),
        "governor",
        None,
    ),
}


@pytest.mark.parametrize("duty", GUARDED)
def test_an_office_does_its_own_duty_and_no_other(traded: OpenLedger, duty: str) -> None:
    bench = traded.bench
    command, owner, later = GUARDED[duty]
    for office in OFFICES:
        if office == owner:
            continue
        with pytest.raises(ContractRefusedError) as refused:
            command(bench, bench.keys.signer(office))
        assert refused.value.code == "AccessManagedUnauthorized"
        assert refused.value.remedy
    if later is None:
        command(bench, bench.keys.signer(owner))
        return
    with pytest.raises(ContractRefusedError) as refused:
        command(bench, bench.keys.signer(owner))
    assert refused.value.code == later


def test_modules_and_asset_kinds_are_those_of_the_design(bare: OpenLedger) -> None:
    names = {contract.address: name for name, contract in bare.deployment.contracts.items()}
    admitted: set[tuple[str, str]] = set()
    kinds: list[tuple[int, str]] = []
    for recorded in bare.bench.read_model.history():
        event: Any = recorded.event
        if isinstance(event, ModuleSet):
            admitted.add((event.contract, names[event.module]))
        elif isinstance(event, AssetKindSet):
            kinds.append((event.kind, names[event.assets]))

    assert kinds == [(2, "Warehouse"), (3, "BillsOfLading")]
    assert admitted == {
        ("Ledger", "LienRegistry"),
        ("Ledger", "Financing"),
        ("Ledger", "Settlement"),
        ("Cash", "Financing"),
        ("Cash", "Settlement"),
        ("Cash", "Facilities"),
        ("LienRegistry", "Financing"),
        ("LienRegistry", "Settlement"),
        ("LienRegistry", "Facilities"),
        ("Financing", "Settlement"),
        ("Facilities", "Settlement"),
    }


def test_offices_are_labelled_and_given_to_their_keys(bare: OpenLedger) -> None:
    with bare.bench.store.begin() as work:
        records = tuple(work.chain_log.read())
    labels = {each.args["role_id"]: each.args["label"] for each in records if each.event == "RoleLabel"}
    holders = {
        (each.args["role_id"], each.args["account"]) for each in records if each.event == "RoleGranted"
    }

    offices = {1: "REGISTRAR", 2: "BANK", 3: "ARBITER", 4: "EXAMINER"}
    assert labels == {**offices, 5: "KEYS", 6: "ANCHOR", 7: "STANDING"}
    addresses = {office: bare.bench.keys.signer(office).address for office in OFFICES}
    contracts = bare.deployment.contracts
    may_change_keys = (addresses["registrar"], contracts["KeyDesk"].address, contracts["Council"].address)
    may_suspend = (addresses["registrar"], contracts["RegistrarDesk"].address, contracts["Council"].address)
    assert holders == {
        *((place, addresses[office]) for place, office in enumerate(OFFICES)),
        *((5, address) for address in may_change_keys),
        (6, bare.keys.signer(ANCHOR_KEY).address),
        *((7, address) for address in may_suspend),
    }


NEW_SINCE_NOTES = (
    "Instructions",
    "Warehouse",
    "BillsOfLading",
    "Prices",
    "Facilities",
    "KeyDesk",
    "Council",
    "RegistrarDesk",
    "Anchors",
)


def test_a_ledger_consists_of_the_contracts_of_this_version(bare: OpenLedger) -> None:
    assert tuple(bare.deployment.contracts) == CONTRACTS
    assert set(NEW_SINCE_NOTES) < set(CONTRACTS)


def test_a_ledger_of_an_earlier_version_is_refused_and_left_alone(bare_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(bare_home, home)
    record = home / "deployment.json"
    whole = record.read_text(encoding="utf-8")
    content = json.loads(whole)
    content["contracts"] = [each for each in content["contracts"] if each["name"] not in NEW_SINCE_NOTES]
    record.write_text(json.dumps(content), encoding="utf-8")
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}

    with pytest.raises(DomainError) as refused, ledger_in(home):
        pass

    assert refused.value.code == "LedgerOutdated"
    assert refused.value.facts == {"home": str(home), "contracts": ", ".join(NEW_SINCE_NOTES)}
    assert "init" in refused.value.remedy
    after = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert {path: after[path] for path in before if path.parent.name != "chain"} == {
        path: each for path, each in before.items() if path.parent.name != "chain"
    }
    record.write_text(whole, encoding="utf-8")
    with ledger_in(home) as ledger:
        assert list(ledger.bench.read_model.history())
