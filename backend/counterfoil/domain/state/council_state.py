"""The consortium's council: who sits in it and what was put before it."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.states import ProposalState


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A call that the council may make. approvers: members and former members that approve it now."""

    proposal_id: int
    proposer_id: int
    target: str
    call: bytes
    reason_hash: bytes
    proposed_at_s: int
    executable_at_s: int
    expires_at_s: int
    state: ProposalState = ProposalState.OPEN
    approvers: frozenset[int] = frozenset()
    executed_by_id: int | None = None
    executed_at_s: int | None = None


def quorum_of(members: int) -> int:
    """How many members must approve: at least two thirds."""
    return (2 * members + 2) // 3
