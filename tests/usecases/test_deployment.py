"""Who may do what after a ledger was set up: each office its own functions, modules only their own doors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from counterfoil.bootstrap import OpenLedger
from counterfoil.domain.cash_events import AssetKindSet, ModuleSet
from counterfoil.domain.states import PartyRole, PartyState
from counterfoil.ports import ContractRefusedError, Signer
from counterfoil.usecases.workbench import Workbench

OFFICES = ("governor", "registrar", "bank", "arbiter")
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
    for recorded in bare.bench.read_model.history:
        event: Any = recorded.event
        if isinstance(event, ModuleSet):
            admitted.add((event.contract, names[event.module]))
        elif isinstance(event, AssetKindSet):
            kinds.append((event.kind, names[event.assets]))

    assert kinds == [(1, "Ledger")]
    assert admitted == {
        ("Ledger", "LienRegistry"),
        ("Ledger", "Financing"),
        ("Ledger", "Settlement"),
        ("Cash", "Financing"),
        ("Cash", "Settlement"),
        ("LienRegistry", "Financing"),
        ("LienRegistry", "Settlement"),
        ("Financing", "Settlement"),
    }


def test_offices_are_labelled_and_given_to_their_keys(bare: OpenLedger) -> None:
    with bare.bench.store.begin() as work:
        records = work.chain_log.read()
    labels = {each.args["role_id"]: each.args["label"] for each in records if each.event == "RoleLabel"}
    holders = {
        (each.args["role_id"], each.args["account"]) for each in records if each.event == "RoleGranted"
    }

    assert labels == {1: "REGISTRAR", 2: "BANK", 3: "ARBITER"}
    assert holders == {
        (place, bare.bench.keys.signer(office).address) for place, office in enumerate(OFFICES)
    }
