"""A founded council: no key administers any more, what it does it does by vote, and the check says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from counterfoil.bootstrap import OpenLedger
from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.contract_calls import AUTHORITY, CASH, COUNCIL, INSTRUCTIONS, LEDGER, LIENS
from counterfoil.chain.deployed_code import unlike_contracts
from counterfoil.domain.errors import DomainError
from counterfoil.domain.states import ContractRole, Office, PartyState
from counterfoil.usecases.cash.issue_cash import issue_cash
from counterfoil.usecases.council.acts import approve_act, execute_act, seat_council
from counterfoil.usecases.council.check_powers import PowersSheet, check_powers
from counterfoil.usecases.council.found_council import found_council, founding_members
from counterfoil.usecases.council.propose_act import (
    ActsProposed,
    propose_admission,
    propose_removal,
    propose_standing,
)
from counterfoil.usecases.council.propose_office import (
    Appointment,
    propose_appointment,
    propose_call,
    propose_dismissal,
)
from counterfoil.usecases.keys.party_keys import add_party_key, remove_party_key
from counterfoil.usecases.parties.set_party_roles import set_party_roles
from counterfoil.usecases.parties.set_party_state import set_party_state
from counterfoil.usecases.resolving import find_party
from counterfoil.usecases.workbench import Workbench
from ledger_support import BANK, DAY_S, HALDEN, LAHN, VALTENNA

MEMBERS = (HALDEN.key, LAHN.key, BANK.key, VALTENNA.key)
NEW: LocalAccount = Account.from_key(b"\x75" * 32)
REASON = "minutes of 3 September"


def refused(code: str) -> pytest.RaisesExc[DomainError]:
    return pytest.RaisesExc(DomainError, check=lambda error: error.code == code)


def id_of(bench: Workbench, party: str) -> int:
    found = find_party(bench, party).party_id
    assert found is not None
    return found


def sheet_of(ledger: OpenLedger) -> PowersSheet:
    return check_powers(ledger.bench, unlike_code=ledger.unlike_contracts())


def by_governor(ledger: OpenLedger, contract: str, function: str, *args: object) -> None:
    ledger.gateway.send(contract, function, args, ledger.keys.signer("governor"))


@pytest.fixture
def founded(traded: OpenLedger) -> OpenLedger:
    found_council(traded.bench, members=MEMBERS)
    return traded


def decide(ledger: OpenLedger, proposed: ActsProposed, *approving: str) -> None:
    for proposal_id in proposed.proposal_ids:
        for member in approving or MEMBERS[:3]:
            approve_act(ledger.bench, actor=member, proposal_id=proposal_id)
    ledger.advance_time(DAY_S)
    for proposal_id in proposed.proposal_ids:
        execute_act(ledger.bench, actor=HALDEN.key, proposal_id=proposal_id)


# -- founding --


def test_before_the_founding_the_check_names_every_key_that_administers(traded: OpenLedger) -> None:
    keys = traded.keys
    found = sheet_of(traded).findings
    governor, registrar = (keys.signer(name).address for name in ("governor", "registrar"))
    assert found == (
        "the council does not administer the ledger",
        f"{governor} administers the ledger: it can give itself every right",
        f"{registrar} has the role keys without a vote",
        f"{registrar} has the role standing without a vote",
        "0 parties sit in the council: fewer than 3 are no consortium",
    )


def test_the_founding_leaves_administration_to_the_council_alone(traded: OpenLedger) -> None:
    bench = traded.bench
    seats = founding_members(bench, MEMBERS)
    assert [member for member, _ in seats] == [id_of(bench, each) for each in MEMBERS]
    assert all(set(keys) == bench.read_model.state.parties[member].keys for member, keys in seats)

    outcome = found_council(bench, members=MEMBERS)

    assert len(outcome.receipts) == 2
    registrar = traded.keys.signer("registrar").address
    assert {(each.role, each.account) for each in outcome.dismissed} == {
        (ContractRole.KEYS, registrar),
        (ContractRole.STANDING, registrar),
    }
    sheet = sheet_of(traded)
    assert sheet.findings == ()
    assert (len(sheet.seats), sheet.quorum, sheet.delay_s) == (4, 3, DAY_S)
    by_vote = {each.contract for each in sheet.powers if each.role == "administrator"}
    assert by_vote >= {AUTHORITY, LEDGER, CASH, LIENS, INSTRUCTIONS, COUNCIL}
    assert {each.decided_by for each in sheet.powers if each.role == "administrator"} == {"vote"}
    ones = {each.role for each in sheet.powers if each.decided_by == "one key, an office"}
    assert ones == {"registrar", "bank", "arbiter", "examiner", "anchor"}
    assert not any(each.decided_by == "one key" for each in sheet.powers)


def test_every_function_of_the_ledger_that_is_guarded_is_found(founded: OpenLedger) -> None:
    block = founded.bench.read_model.block_number
    guarded = {(each.contract, each.function) for each in founded.bench.ledger.guarded_view(block=block)}
    assert len(guarded) == 33
    assert {(LEDGER, "setModule(address,bool)"), (COUNCIL, "seat(uint24[])")} < guarded
    assert (COUNCIL, "propose(address,bytes,bytes32)") not in guarded


class StoppedError(Exception):
    """The ceremony ends here."""


@pytest.mark.parametrize("step", ["seat", "hand over"])
def test_an_interrupted_founding_goes_on_where_it_ended(traded: OpenLedger, step: str) -> None:
    bench = traded.bench

    def stop(before: str) -> None:
        if before == step:
            raise StoppedError

    with pytest.raises(StoppedError):
        found_council(bench, members=MEMBERS, at=stop)
    assert "the council does not administer the ledger" in sheet_of(traded).findings
    if step == "hand over":
        with refused("CouncilSeatedOtherwise"):
            found_council(bench, members=MEMBERS[:3])

    assert len(found_council(bench, members=MEMBERS).receipts) == (2 if step == "seat" else 1)
    assert sheet_of(traded).findings == ()
    assert found_council(bench, members=MEMBERS).receipts == ()


def test_a_founding_that_cannot_be_is_refused_before_anything_is_given_away(traded: OpenLedger) -> None:
    bench = traded.bench
    with refused("TooFewMembers"):
        found_council(bench, members=MEMBERS[:2])
    with refused("MembersRepeated"):
        found_council(bench, members=(*MEMBERS, BANK.key))
    with refused("PartyNotFound"):
        found_council(bench, members=(*MEMBERS, "vat:XX1"))
    set_party_state(bench, party=VALTENNA.key, active=False)
    with refused("MemberCannotAct"):
        found_council(bench, members=MEMBERS)
    assert bench.read_model.state.council_members == set()
    governor, block = traded.keys.signer("governor").address, bench.read_model.block_number
    assert bench.ledger.role_view(int(Office.GOVERNOR), governor, block=block) == (True, 0)


def test_other_keys_that_administer_lose_it_in_the_same_moment(traded: OpenLedger) -> None:
    by_governor(traded, AUTHORITY, "grantRole", int(Office.GOVERNOR), NEW.address, 0)
    outcome = found_council(traded.bench, members=MEMBERS)
    assert (int(Office.GOVERNOR), NEW.address) in {(each.role, each.account) for each in outcome.dismissed}
    assert sheet_of(traded).findings == ()


def test_who_does_not_administer_founds_nothing(traded: OpenLedger) -> None:
    by_governor(traded, AUTHORITY, "grantRole", int(Office.GOVERNOR), NEW.address, 0)
    governor = traded.keys.signer("governor").address
    traded.gateway.send(AUTHORITY, "revokeRole", (int(Office.GOVERNOR), governor), NEW)
    with refused("AccessManagedUnauthorized"):
        found_council(traded.bench, members=MEMBERS)
    traded.gateway.send(COUNCIL, "seat", ([id_of(traded.bench, each) for each in MEMBERS],), NEW)
    traded.bench.read_model.sync()
    with refused("AdministrationElsewhere"):
        found_council(traded.bench, members=MEMBERS)


# -- afterwards --


def test_registrar_and_governor_do_nothing_any_more_that_takes_a_vote(founded: OpenLedger) -> None:
    bench = founded.bench
    with refused("AccessManagedUnauthorized"):
        set_party_state(bench, party=VALTENNA.key, active=True)
    with refused("MemberNeedsVote"):
        set_party_state(bench, party=VALTENNA.key, active=False)
    with refused("AccessManagedUnauthorized"):
        set_party_roles(bench, party=VALTENNA.key, roles=bench.read_model.state.parties[1].roles)
    with refused("AccessManagedUnauthorized"):
        add_party_key(bench, party=VALTENNA.key, key=NEW.address)
    (own,) = bench.read_model.state.parties[id_of(bench, VALTENNA.key)].keys
    with refused("AccessManagedUnauthorized"):
        remove_party_key(bench, party=VALTENNA.key, key=own)
    with refused("AccessManagedUnauthorized"):
        seat_council(bench, members=MEMBERS)
    with refused("AccessManagedUnauthorized"):
        by_governor(founded, "Warehouse", "setAttestationAge", 90_000)
    with refused("AccessManagerUnauthorizedAccount"):
        by_governor(founded, AUTHORITY, "grantRole", int(Office.GOVERNOR), NEW.address, 0)


def test_a_member_is_suspended_reinstated_and_removed_by_vote(founded: OpenLedger) -> None:
    bench = founded.bench
    suspended = id_of(bench, VALTENNA.key)
    decide(
        founded, propose_standing(bench, actor=HALDEN.key, party=VALTENNA.key, active=False, reason=REASON)
    )
    assert bench.read_model.state.parties[suspended].state is PartyState.SUSPENDED
    (seat,) = (each for each in sheet_of(founded).seats if each.party_id == suspended)
    assert not seat.can_act
    removal = propose_removal(bench, actor=HALDEN.key, member=VALTENNA.key, reason=REASON)
    with refused("PartySuspended"):
        approve_act(bench, actor=VALTENNA.key, proposal_id=removal.proposal_ids[0])
    with refused("CouncilWouldStop"):
        decide(
            founded, propose_standing(bench, actor=HALDEN.key, party=BANK.key, active=False, reason=REASON)
        )
    decide(founded, propose_standing(bench, actor=HALDEN.key, party=VALTENNA.key, active=True, reason=REASON))
    assert bench.read_model.state.parties[suspended].is_active
    decide(founded, removal)
    assert suspended not in bench.read_model.state.council_members
    with refused("TooFewMembers"):
        decide(founded, propose_removal(bench, actor=HALDEN.key, member=BANK.key, reason=REASON))
    set_party_state(bench, party=VALTENNA.key, active=False)
    assert not bench.read_model.state.parties[suspended].is_active


def test_a_party_comes_in_with_the_keys_that_it_was_voted_for_with(traded: OpenLedger) -> None:
    bench = traded.bench
    found_council(bench, members=MEMBERS[:3])
    admission = propose_admission(bench, actor=HALDEN.key, member=VALTENNA.key, reason=REASON)
    key = propose_call(
        bench,
        actor=HALDEN.key,
        contract=LEDGER,
        function="addKey",
        arguments=[str(id_of(bench, VALTENNA.key)), NEW.address],
        reason=REASON,
    )
    decide(traded, key)
    with refused("MemberKeysUnlike"):
        decide(traded, admission)
    decide(traded, propose_admission(bench, actor=LAHN.key, member=VALTENNA.key, reason=REASON))
    assert id_of(bench, VALTENNA.key) in bench.read_model.state.council_members


def test_the_council_says_who_holds_an_office(founded: OpenLedger) -> None:
    bench = founded.bench
    former = founded.keys.signer("bank").address
    appointment = propose_appointment(
        bench,
        actor=HALDEN.key,
        office=Appointment.BANK,
        key=NEW.address,
        replaces=former,
        reason=REASON,
    )
    assert len(appointment.proposal_ids) == 2
    decide(founded, appointment)
    (cash,) = (each for each in sheet_of(founded).powers if each.role == "bank")
    assert cash.holders == (NEW.address,)
    with refused("AccessManagedUnauthorized"):
        issue_cash(bench, party=VALTENNA.key, amount_minor=1, currency="EUR", deposit="D-99")
    with refused("OfficeNotHeld"):
        propose_dismissal(bench, actor=HALDEN.key, office=Appointment.BANK, key=former, reason=REASON)
    with refused("KeyAddressInvalid"):
        propose_dismissal(bench, actor=HALDEN.key, office=Appointment.BANK, key="0x1", reason=REASON)
    assert sheet_of(founded).findings == ()


def test_what_was_the_governors_is_a_proposal_like_any_other(founded: OpenLedger) -> None:
    bench = founded.bench
    for arguments, code in ((["1"], "UnknownFunction"), (["-1"], "BadArguments")):
        function = "setAttestationAge" if code == "BadArguments" else "setNothing"
        with refused(code):
            propose_call(
                bench,
                actor=HALDEN.key,
                contract="Warehouse",
                function=function,
                arguments=arguments,
                reason=REASON,
            )
    age = propose_call(
        bench,
        actor=HALDEN.key,
        contract="Warehouse",
        function="setAttestationAge",
        arguments=["90000"],
        reason=REASON,
    )
    decide(founded, age)
    assert bench.read_model.state.attestation_age_s == 90_000


# -- what the check finds --

Mischief = Callable[[OpenLedger], None]


def _gives_roles_out(ledger: OpenLedger) -> None:
    by_governor(ledger, AUTHORITY, "setRoleAdmin", int(ContractRole.KEYS), int(Office.REGISTRAR))


def _stops_acts(ledger: OpenLedger) -> None:
    by_governor(ledger, AUTHORITY, "setRoleGuardian", int(Office.BANK), int(Office.REGISTRAR))


def _opens_a_function(ledger: OpenLedger) -> None:
    cash = ledger.gateway.address_of(CASH)
    selector = load_artifact(CASH).abi.function("issue", 4).selector
    by_governor(ledger, AUTHORITY, "setTargetFunctionRole", cash, [selector], 2**64 - 1)


def _lets_a_key_in(ledger: OpenLedger) -> None:
    by_governor(ledger, CASH, "setModule", NEW.address, True)


def _makes_a_kind(ledger: OpenLedger) -> None:
    by_governor(ledger, LIENS, "setAssetKind", 9, NEW.address)


def _gives_a_key_a_role(ledger: OpenLedger) -> None:
    by_governor(ledger, AUTHORITY, "grantRole", 42, NEW.address, 0)


def _changes_what_a_signature_means(ledger: OpenLedger) -> None:
    route = (b"\x07" * 32, ledger.gateway.address_of(CASH), b"\x01\x02\x03\x04", b"\x01")
    by_governor(ledger, INSTRUCTIONS, "setRoutes", [route])


def _announces(ledger: OpenLedger) -> None:
    by_governor(ledger, AUTHORITY, "grantRole", int(Office.BANK), NEW.address, 3_600)
    target = ledger.gateway.address_of(CASH)
    _, call = ledger.gateway.encode_call(CASH, "attestPayout", (1, b"\x01" * 32))
    ledger.gateway.send(AUTHORITY, "schedule", (target, call, 0), NEW)


@pytest.mark.parametrize(
    ("mischief", "finding"),
    [
        (_opens_a_function, "anybody may call Cash.issue(uint24,uint16,uint256,bytes32)"),
        (_lets_a_key_in, f"{NEW.address} is let into Cash, where this version does not want it"),
        (_makes_a_kind, f"assets of kind 9 are {NEW.address}'s: this version knows none such"),
        (_gives_a_key_a_role, f"{NEW.address} has role 42, which this version does not know"),
        (
            _changes_what_a_signature_means,
            f"signatures of type 0x{'07' * 32} mean a call that this version does not know",
        ),
        (_announces, f"{NEW.address} has announced a call of Cash"),
    ],
)
def test_what_a_governor_left_behind_is_found(traded: OpenLedger, mischief: Mischief, finding: str) -> None:
    mischief(traded)
    found_council(traded.bench, members=MEMBERS)
    assert sheet_of(traded).findings == (finding,)


@pytest.mark.parametrize(
    ("mischief", "finding"),
    [
        (_gives_roles_out, "registrar gives out the role keys"),
        (_stops_acts, "registrar can stop the acts of the role bank"),
    ],
)
def test_who_gives_roles_out_is_found_and_loses_that_with_the_founding(
    traded: OpenLedger, mischief: Mischief, finding: str
) -> None:
    mischief(traded)
    assert finding in sheet_of(traded).findings
    found_council(traded.bench, members=MEMBERS)
    assert sheet_of(traded).findings == ()


def test_a_short_delay_is_found(founded: OpenLedger) -> None:
    found = check_powers(founded.bench, shortest_delay_s=DAY_S + 1).findings
    assert found == (f"the council's delay is {DAY_S} s: members may not see a proposal before it is done",)


def test_code_that_is_not_this_versions_is_found(founded: OpenLedger, tmp_path: Path) -> None:
    assert founded.unlike_contracts() == ()
    path = tmp_path / "deployment.json"
    founded.deployment.save(path)
    text = path.read_text(encoding="utf-8")
    # A council of the same code that asks another ledger, and a contract that is another one altogether.
    other = founded.gateway.deploy(
        COUNCIL,
        (founded.gateway.address_of(AUTHORITY), founded.gateway.address_of(LEDGER), 60, 3_600),
        founded.keys.signer("governor"),
        name="Second",
    )[0]
    forged = type(founded.deployment).from_json(
        text.replace(founded.deployment.contracts[COUNCIL].address, other.address)
    )
    # The registrar's desk asks the first council, which that deployment does not know.
    assert unlike_contracts(founded.web3, forged) == ("RegistrarDesk",)
    swapped = text.replace(
        founded.deployment.contracts[CASH].address, founded.deployment.contracts["Prices"].address
    )
    assert CASH in unlike_contracts(founded.web3, type(founded.deployment).from_json(swapped))
