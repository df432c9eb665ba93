"""The council's members, and every proposal with who approves it."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.state.council_state import Proposal, quorum_of
from counterfoil.ports.council import ActDescription
from counterfoil.ports.store import DocumentRecord
from counterfoil.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalSheet:
    """A proposal now. approving_ids: members that approve and can act; quorum: how many it takes now.

    reason: its wording, None where it was kept elsewhere. is_due: enough approve, and the time is right.
    """

    proposal: Proposal
    act: ActDescription
    reason: DocumentRecord | None
    approving_ids: tuple[int, ...]
    quorum: int
    is_due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CouncilSheet:
    """The council. member_ids: in order; proposals: newest first."""

    member_ids: tuple[int, ...]
    proposals: tuple[ProposalSheet, ...]


def list_proposals(bench: Workbench) -> CouncilSheet:
    """The council as the ledger has it."""
    state = bench.read_model.state
    members = state.council_members
    quorum = quorum_of(len(members))
    now_s = int(bench.now().timestamp())
    sheets = []
    for proposal in reversed(state.proposals.values()):
        approving = tuple(
            sorted(each for each in proposal.approvers & members if state.parties[each].is_active)
        )
        in_time = proposal.executable_at_s <= now_s <= proposal.expires_at_s
        with bench.store.begin() as work:
            reason = work.documents.by_hash(proposal.reason_hash)
        sheets.append(
            ProposalSheet(
                proposal=proposal,
                act=bench.ledger.describe_act(proposal.target, proposal.call),
                reason=reason,
                approving_ids=approving,
                quorum=quorum,
                is_due=proposal.executed_at_s is None and in_time and len(approving) >= quorum,
            )
        )
    return CouncilSheet(member_ids=tuple(sorted(members)), proposals=tuple(sheets))
