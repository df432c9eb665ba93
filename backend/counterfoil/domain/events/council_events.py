"""What the consortium's council and the key desk record; see ledger_events for units and names.

The ledger's own KeyAdded and KeyRemoved say which keys a party has; the desk's events say who asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.events.ledger_events import LedgerEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRotated(LedgerEvent):
    """A party put a new key in the place of the one that it acted with. Both are checksummed addresses."""

    party_id: int
    removed: str
    added: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKeyAdded(LedgerEvent):
    """A party gave itself a further key. by: the key that it acted with."""

    party_id: int
    by: str
    added: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKeyRemoved(LedgerEvent):
    """A party took a key away from itself. by: the key that it acted with."""

    party_id: int
    by: str
    removed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAdmitted(LedgerEvent):
    """A party sits in the council from now on."""

    member_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRemoved(LedgerEvent):
    """A party sits in the council no more."""

    member_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActProposed(LedgerEvent):
    """A call was put before the council.

    target: address of the contract to call; call: its input bytes. executable_at_s: first second in which it
    can be carried out; expires_at_s: last one.
    """

    proposal_id: int
    proposer_id: int
    target: str
    call: bytes
    reason_hash: bytes
    executable_at_s: int
    expires_at_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActApproved(LedgerEvent):
    """A member approves a proposal."""

    proposal_id: int
    member_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalWithdrawn(LedgerEvent):
    """A member approves a proposal no more."""

    proposal_id: int
    member_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActExecuted(LedgerEvent):
    """The council made the call. approvals: of members that could act then; quorum: how many it took."""

    proposal_id: int
    by_id: int
    approvals: int
    quorum: int
