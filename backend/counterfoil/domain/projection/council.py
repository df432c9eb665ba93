"""Folds of the events of the council and the key desk; see counterfoil.domain.projection.fold."""

from __future__ import annotations

from dataclasses import replace

from counterfoil.domain.events import council_events as council
from counterfoil.domain.events.ledger_events import Recorded
from counterfoil.domain.state.council_state import Proposal
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import ProposalState


def key_rotated(state: LedgerState, event: council.KeyRotated, _: Recorded) -> None:
    """The ledger has changed the keys before the desk says so."""
    keys = state.parties[event.party_id].keys
    if event.added not in keys or event.removed in keys:
        raise ValueError(f"party {event.party_id} has not {event.added} in the place of {event.removed}")


def own_key_added(state: LedgerState, event: council.OwnKeyAdded, _: Recorded) -> None:
    """The ledger has added the key before the desk says so."""
    if event.added not in state.parties[event.party_id].keys:
        raise ValueError(f"party {event.party_id} has not got the key {event.added}")


def own_key_removed(state: LedgerState, event: council.OwnKeyRemoved, _: Recorded) -> None:
    """The ledger has removed the key before the desk says so."""
    if event.removed in state.parties[event.party_id].keys:
        raise ValueError(f"party {event.party_id} still has the key {event.removed}")


def member_admitted(state: LedgerState, event: council.MemberAdmitted, _: Recorded) -> None:
    """A party sits in the council once."""
    if event.member_id in state.council_members or event.member_id not in state.parties:
        raise ValueError(f"party {event.member_id} cannot come into the council")
    state.council_members.add(event.member_id)


def member_removed(state: LedgerState, event: council.MemberRemoved, _: Recorded) -> None:
    """What the party approved stays on record."""
    state.council_members.remove(event.member_id)


def act_proposed(state: LedgerState, event: council.ActProposed, recorded: Recorded) -> None:
    """Numbers are given without gaps."""
    if event.proposal_id != len(state.proposals) + 1:
        raise ValueError(f"proposal {event.proposal_id} follows {len(state.proposals)} proposals")
    state.proposals[event.proposal_id] = Proposal(
        proposal_id=event.proposal_id,
        proposer_id=event.proposer_id,
        target=event.target,
        call=event.call,
        reason_hash=event.reason_hash,
        proposed_at_s=recorded.at_s,
        executable_at_s=event.executable_at_s,
        expires_at_s=event.expires_at_s,
    )


def act_approved(state: LedgerState, event: council.ActApproved, _: Recorded) -> None:
    """A member approves a proposal once."""
    proposal = _open(state, event.proposal_id)
    if event.member_id in proposal.approvers:
        raise ValueError(f"party {event.member_id} approved proposal {event.proposal_id} before")
    approvers = proposal.approvers | {event.member_id}
    state.proposals[event.proposal_id] = replace(proposal, approvers=approvers)


def approval_withdrawn(state: LedgerState, event: council.ApprovalWithdrawn, _: Recorded) -> None:
    """The approval counts no more."""
    proposal = _open(state, event.proposal_id)
    if event.member_id not in proposal.approvers:
        raise ValueError(f"party {event.member_id} does not approve proposal {event.proposal_id}")
    approvers = proposal.approvers - {event.member_id}
    state.proposals[event.proposal_id] = replace(proposal, approvers=approvers)


def act_executed(state: LedgerState, event: council.ActExecuted, recorded: Recorded) -> None:
    """The effects of the call are events of their own."""
    proposal = _open(state, event.proposal_id)
    state.proposals[event.proposal_id] = replace(
        proposal,
        state=ProposalState.EXECUTED,
        executed_by_id=event.by_id,
        executed_at_s=recorded.at_s,
    )


def _open(state: LedgerState, proposal_id: int) -> Proposal:
    proposal = state.proposals[proposal_id]
    if proposal.state is not ProposalState.OPEN:
        raise ValueError(f"proposal {proposal_id} was carried out before")
    return proposal
