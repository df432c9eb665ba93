"""Events of the council and the key desk fold into a state, and nothing that does not fit gets through."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_abi import encode
from eth_utils import keccak
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain.concern import concerned
from counterfoil.domain.errors import DomainError
from counterfoil.domain.events import council_events as council
from counterfoil.domain.events.ledger_events import (
    KeyAdded,
    KeyRemoved,
    LedgerEvent,
    PartyRegistered,
    Recorded,
)
from counterfoil.domain.projection.fold import PROJECTION_MISMATCH, project
from counterfoil.domain.state.council_state import Proposal
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import PartyRole, ProposalState
from counterfoil.domain.subjects import subjects_of

OLD, NEW, LEDGER = ("0x" + digit * 40 for digit in ("1", "2", "3"))
PROPOSED = council.ActProposed(
    proposal_id=1,
    proposer_id=1,
    target=LEDGER,
    call=b"\x01\x02\x03\x04",
    reason_hash=b"\x07" * 32,
    executable_at_s=200,
    expires_at_s=900,
)
SEATED: tuple[LedgerEvent, ...] = (
    PartyRegistered(party_id=1, roles=PartyRole.SUPPLIER, onboarding_hash=b"\x01" * 32),
    PartyRegistered(party_id=2, roles=PartyRole.SUPPLIER, onboarding_hash=b"\x02" * 32),
    KeyAdded(party_id=1, key=OLD),
    council.MemberAdmitted(member_id=1),
    council.MemberAdmitted(member_id=2),
)


def state_of(*events: LedgerEvent) -> LedgerState:
    return project(Recorded(event=event, at_s=100 + place) for place, event in enumerate(events))


def test_a_proposal_collects_approvals_until_it_is_carried_out() -> None:
    state = state_of(
        *SEATED,
        PROPOSED,
        council.ActApproved(proposal_id=1, member_id=1),
        council.ActApproved(proposal_id=1, member_id=2),
        council.ApprovalWithdrawn(proposal_id=1, member_id=1),
        council.ActApproved(proposal_id=1, member_id=1),
        council.ActExecuted(proposal_id=1, by_id=2, approvals=2, quorum=2),
    )
    assert state.council_members == {1, 2}
    assert state.proposals[1] == Proposal(
        proposal_id=1,
        proposer_id=1,
        target=LEDGER,
        call=PROPOSED.call,
        reason_hash=PROPOSED.reason_hash,
        proposed_at_s=105,
        executable_at_s=200,
        expires_at_s=900,
        state=ProposalState.EXECUTED,
        approvers=frozenset({1, 2}),
        executed_by_id=2,
        executed_at_s=110,
    )


def test_the_desk_says_what_the_ledger_did() -> None:
    state = state_of(
        *SEATED,
        KeyRemoved(party_id=1, key=OLD),
        KeyAdded(party_id=1, key=NEW),
        council.KeyRotated(party_id=1, removed=OLD, added=NEW),
        KeyAdded(party_id=1, key=OLD),
        council.OwnKeyAdded(party_id=1, by=NEW, added=OLD),
        KeyRemoved(party_id=1, key=NEW),
        council.OwnKeyRemoved(party_id=1, by=OLD, removed=NEW),
        council.MemberRemoved(member_id=2),
    )
    assert state.parties[1].keys == {OLD}
    assert state.council_members == {1}


_APPROVED = council.ActApproved(proposal_id=1, member_id=1)
_EXECUTED = council.ActExecuted(proposal_id=1, by_id=1, approvals=1, quorum=1)


@pytest.mark.parametrize(
    "events",
    [
        (council.MemberAdmitted(member_id=1),),
        (council.MemberAdmitted(member_id=3),),
        (council.MemberRemoved(member_id=3),),
        (replace(PROPOSED, proposal_id=2),),
        (PROPOSED, PROPOSED),
        (_APPROVED,),
        (PROPOSED, _APPROVED, _APPROVED),
        (PROPOSED, council.ApprovalWithdrawn(proposal_id=1, member_id=1)),
        (PROPOSED, _EXECUTED, _EXECUTED),
        (PROPOSED, _EXECUTED, _APPROVED),
        (council.KeyRotated(party_id=1, removed=OLD, added=NEW),),
        (KeyAdded(party_id=1, key=NEW), council.KeyRotated(party_id=1, removed=OLD, added=NEW)),
        (council.OwnKeyAdded(party_id=1, by=OLD, added=NEW),),
        (council.OwnKeyRemoved(party_id=1, by=OLD, removed=OLD),),
        (council.OwnKeyRemoved(party_id=9, by=OLD, removed=OLD),),
    ],
)
def test_what_does_not_fit_is_refused(events: tuple[LedgerEvent, ...]) -> None:
    with pytest.raises(DomainError) as refused:
        state_of(*SEATED, *events)
    assert refused.value.code == PROJECTION_MISMATCH


@given(st.binary(max_size=200))
def test_the_hash_of_an_act_is_reckoned_as_the_contract_does(call: bytes) -> None:
    proposal = state_of(*SEATED, replace(PROPOSED, call=call)).proposals[1]
    assert proposal.act_hash == keccak(encode(["address", "bytes"], [LEDGER, call]))


def test_the_council_and_whom_it_is_about_may_see_what_it_does() -> None:
    state = state_of(*SEATED, PROPOSED)
    seen = {
        council.MemberAdmitted(member_id=7): {1, 2, 7},
        council.MemberRemoved(member_id=2): {1, 2},
        PROPOSED: {1, 2},
        _APPROVED: {1, 2},
        council.ApprovalWithdrawn(proposal_id=1, member_id=1): {1, 2},
        _EXECUTED: {1, 2},
        council.KeyRotated(party_id=1, removed=OLD, added=NEW): {1},
        council.OwnKeyAdded(party_id=1, by=OLD, added=NEW): {1},
        council.OwnKeyRemoved(party_id=1, by=OLD, removed=NEW): {1},
    }
    for event, parties in seen.items():
        assert concerned(Recorded(event=event, at_s=1), state) == parties, event


def test_proposals_and_parties_have_a_history() -> None:
    subjects = {
        PROPOSED: ("proposal:1",),
        _EXECUTED: ("proposal:1",),
        council.MemberAdmitted(member_id=7): ("party:7",),
        council.KeyRotated(party_id=1, removed=OLD, added=NEW): ("party:1",),
    }
    for event, told in subjects.items():
        assert subjects_of(Recorded(event=event, at_s=1)) == told
