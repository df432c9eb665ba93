"""The council: seated once, voting, acting late enough and only together; a lost key replaced by its vote."""

from __future__ import annotations

import pytest
from eth_account import Account

from counterfoil.bootstrap import OpenLedger
from counterfoil.domain.errors import DomainError
from counterfoil.domain.state.council_state import quorum_of
from counterfoil.domain.states import PartyState, ProposalState
from counterfoil.ports.store import KeyCustody
from counterfoil.usecases.council.acts import approve_act, execute_act, seat_council, withdraw_approval
from counterfoil.usecases.council.list_proposals import list_proposals
from counterfoil.usecases.council.propose_act import (
    propose_admission,
    propose_recovery,
)
from counterfoil.usecases.parties.set_party_state import set_party_state
from counterfoil.usecases.parties.set_standing_acceptance import set_standing_acceptance
from counterfoil.usecases.resolving import find_party
from counterfoil.usecases.workbench import Workbench
from ledger_support import BANK, DAY_S, HALDEN, LAHN, VALTENNA

MEMBERS = (HALDEN.key, LAHN.key, BANK.key)
NEW = Account.from_key(b"\x73" * 32)
REASON = "Protokoll vom 3. September"


@pytest.fixture
def council(traded: OpenLedger) -> OpenLedger:
    seat_council(traded.bench, members=MEMBERS)
    return traded


def ids(bench: Workbench, *parties: str) -> tuple[int, ...]:
    return tuple(sorted(found for each in parties if (found := find_party(bench, each).party_id)))


def lost_key(bench: Workbench, party: str) -> str:
    (only,) = bench.read_model.state.parties[ids(bench, party)[0]].keys
    return only


def refused(code: str) -> pytest.RaisesExc[DomainError]:
    return pytest.RaisesExc(DomainError, check=lambda error: error.code == code)


def test_members_are_seated_once(council: OpenLedger) -> None:
    assert list_proposals(council.bench).member_ids == ids(council.bench, *MEMBERS)
    with refused("AlreadySeated"):
        seat_council(council.bench, members=[*MEMBERS[:2], VALTENNA.key])


@pytest.mark.parametrize(
    ("members", "quorum"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (7, 5), (64, 43)]
)
def test_at_least_two_thirds_decide(members: int, quorum: int) -> None:
    assert quorum_of(members) == quorum
    assert 3 * quorum >= 2 * members > 3 * (quorum - 1)


def test_a_lost_key_is_replaced_by_the_council(council: OpenLedger) -> None:
    bench = council.bench
    lost = lost_key(bench, VALTENNA.key)
    proposed = propose_recovery(
        bench, actor=HALDEN.key, party=VALTENNA.key, new_key=NEW.address, lost_key=lost, reason=REASON
    )
    assert (proposed.proposal_ids, len(proposed.receipts)) == ((1, 2), 2)
    for proposal_id in proposed.proposal_ids:
        approve_act(bench, actor=LAHN.key, proposal_id=proposal_id)
        approve_act(bench, actor=BANK.key, proposal_id=proposal_id)
    with refused("ProposalTooEarly"):
        execute_act(bench, actor=LAHN.key, proposal_id=1)
    council.advance_time(DAY_S)

    execute_act(bench, actor=LAHN.key, proposal_id=1)
    assert find_party(bench, VALTENNA.key).custody is KeyCustody.KEYSTORE
    execute_act(bench, actor=LAHN.key, proposal_id=2)
    assert bench.read_model.state.parties[ids(bench, VALTENNA.key)[0]].keys == {NEW.address}
    assert find_party(bench, VALTENNA.key).custody is KeyCustody.OWN
    with refused("KeyHeldElsewhere"):
        set_standing_acceptance(bench, actor=VALTENNA.key)
    bench.ledger.set_standing_acceptance(by=NEW, debtor_id=None, given=False)
    assert execute_act(bench, actor=LAHN.key, proposal_id=2).receipts == ()
    with refused("ProposalDone"):
        execute_act(bench, actor=BANK.key, proposal_id=2)


def test_what_is_proposed_can_be_read(council: OpenLedger) -> None:
    bench = council.bench
    propose_recovery(bench, actor=HALDEN.key, party=VALTENNA.key, new_key=NEW.address, reason=REASON)
    approve_act(bench, actor=LAHN.key, proposal_id=1)
    (sheet,) = list_proposals(bench).proposals

    assert (sheet.act.contract, sheet.act.function) == ("Ledger", "addKey(uint24,address)")
    assert sheet.act.arguments == {"party": ids(bench, VALTENNA.key)[0], "key": NEW.address}
    assert sheet.approving_ids == ids(bench, LAHN.key)
    assert (sheet.quorum, sheet.is_due) == (2, False)
    assert sheet.reason is not None
    assert REASON in sheet.reason.body_json
    view = bench.ledger.proposal_view(1, block=bench.ledger.head()[0])
    assert view["act_hash"] == sheet.proposal.act_hash
    assert (view["executable_at"], view["expires_at"]) == (
        sheet.proposal.executable_at_s,
        sheet.proposal.expires_at_s,
    )


def test_an_equal_open_proposal_is_not_made_twice(council: OpenLedger) -> None:
    bench = council.bench
    lost = lost_key(bench, VALTENNA.key)
    first = propose_recovery(bench, actor=HALDEN.key, party=VALTENNA.key, new_key=NEW.address, reason=REASON)
    both = propose_recovery(
        bench, actor=HALDEN.key, party=VALTENNA.key, new_key=NEW.address, lost_key=lost, reason=REASON
    )
    assert (first.proposal_ids, both.proposal_ids, len(both.receipts)) == ((1,), (1, 2), 1)
    council.advance_time(32 * DAY_S)
    late = propose_recovery(bench, actor=HALDEN.key, party=VALTENNA.key, new_key=NEW.address, reason=REASON)
    assert late.proposal_ids == (3,)


def test_one_approval_is_not_enough_and_one_withdrawn_counts_no_more(council: OpenLedger) -> None:
    bench = council.bench
    propose_admission(bench, actor=HALDEN.key, member=VALTENNA.key, reason=REASON)
    approve_act(bench, actor=LAHN.key, proposal_id=1)
    approve_act(bench, actor=BANK.key, proposal_id=1)
    withdraw_approval(bench, actor=BANK.key, proposal_id=1)
    council.advance_time(DAY_S)
    with refused("QuorumMissing"):
        execute_act(bench, actor=LAHN.key, proposal_id=1)
    with refused("ApprovalMissing"):
        withdraw_approval(bench, actor=BANK.key, proposal_id=1)

    approve_act(bench, actor=HALDEN.key, proposal_id=1)
    (due,) = list_proposals(bench).proposals
    assert due.is_due
    execute_act(bench, actor=LAHN.key, proposal_id=1)
    assert list_proposals(bench).member_ids == ids(bench, *MEMBERS, VALTENNA.key)
    assert bench.read_model.state.proposals[1].state is ProposalState.EXECUTED
    members, count = bench.ledger.council_view(block=bench.ledger.head()[0])
    assert (tuple(sorted(members)), count) == (ids(bench, *MEMBERS, VALTENNA.key), 1)


def test_a_suspended_member_approves_nothing_and_still_counts_among_the_members(council: OpenLedger) -> None:
    bench = council.bench
    propose_admission(bench, actor=HALDEN.key, member=VALTENNA.key, reason=REASON)
    approve_act(bench, actor=LAHN.key, proposal_id=1)
    approve_act(bench, actor=HALDEN.key, proposal_id=1)
    registrar, lahn = bench.keys.signer("registrar"), ids(bench, LAHN.key)[0]
    # Until the founding the registrar still has the ledger's own function.
    with refused("MemberNeedsVote"):
        set_party_state(bench, party=LAHN.key, active=False)
    bench.ledger.set_party_state(by=registrar, party_id=lahn, state=PartyState.SUSPENDED)
    bench.read_model.sync()
    council.advance_time(DAY_S)

    assert list_proposals(bench).proposals[0].approving_ids == ids(bench, HALDEN.key)
    with refused("QuorumMissing"):
        execute_act(bench, actor=HALDEN.key, proposal_id=1)
    set_party_state(bench, party=LAHN.key, active=True)
    execute_act(bench, actor=HALDEN.key, proposal_id=1)
    assert list_proposals(bench).member_ids == ids(bench, *MEMBERS, VALTENNA.key)
    assert quorum_of(4) == 3


def test_only_members_propose_approve_and_act(council: OpenLedger) -> None:
    bench = council.bench
    with refused("NotAMember"):
        propose_admission(bench, actor=VALTENNA.key, member=VALTENNA.key, reason=REASON)
    propose_admission(bench, actor=HALDEN.key, member=VALTENNA.key, reason=REASON)
    with refused("NotAMember"):
        approve_act(bench, actor=VALTENNA.key, proposal_id=1)
    with refused("NotAMember"):
        execute_act(bench, actor=VALTENNA.key, proposal_id=1)
    approve_act(bench, actor=HALDEN.key, proposal_id=1)
    with refused("ApprovalKnown"):
        approve_act(bench, actor=HALDEN.key, proposal_id=1)


def test_what_is_not_there_or_unsaid_is_refused(council: OpenLedger) -> None:
    bench = council.bench
    for act in (approve_act, withdraw_approval, execute_act):
        with refused("ProposalNotFound"):
            act(bench, actor=HALDEN.key, proposal_id=9)
    with refused("ReferenceEmpty"):
        propose_admission(bench, actor=HALDEN.key, member=VALTENNA.key, reason=" ")
    with refused("KeyNotOfParty"):
        propose_recovery(
            bench,
            actor=HALDEN.key,
            party=VALTENNA.key,
            new_key=NEW.address,
            lost_key=lost_key(bench, LAHN.key),
            reason=REASON,
        )
    assert list_proposals(bench).proposals == ()


def test_an_act_that_its_contract_refuses_leaves_the_proposal_open(council: OpenLedger) -> None:
    bench = council.bench
    taken = lost_key(bench, LAHN.key)
    propose_recovery(bench, actor=HALDEN.key, party=VALTENNA.key, new_key=taken, reason=REASON)
    approve_act(bench, actor=HALDEN.key, proposal_id=1)
    approve_act(bench, actor=BANK.key, proposal_id=1)
    council.advance_time(DAY_S)
    with refused("KeyInUse"):
        execute_act(bench, actor=BANK.key, proposal_id=1)
    assert bench.read_model.state.proposals[1].state is ProposalState.OPEN
