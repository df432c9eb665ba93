"""The consortium's council: who sits in it and what was put before it."""

from __future__ import annotations

from dataclasses import dataclass

from eth_utils import keccak

from counterfoil.domain.states import ProposalState

_WORD = 32


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

    @property
    def act_hash(self) -> bytes:
        """What members approve: keccak256(abi.encode(target, call)), as contracts/Council.sol reckons it."""
        padding = bytes(-len(self.call) % _WORD)
        head = bytes(12) + bytes.fromhex(self.target[2:]) + (2 * _WORD).to_bytes(_WORD)
        return bytes(keccak(head + len(self.call).to_bytes(_WORD) + self.call + padding))


def quorum_of(members: int) -> int:
    """How many members must approve: at least two thirds."""
    return (2 * members + 2) // 3
