"""Put acts before the council: members that come and go, keys that were lost; see propose_office for offices.

An equal proposal of the same member that is open already is taken instead of made again. completing: an
earlier attempt may have made some; then one that was carried out meanwhile is taken, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from counterfoil.domain.errors import DomainError
from counterfoil.domain.key_address import key_address
from counterfoil.domain.states import PartyState, ProposalState
from counterfoil.ports.engine import Receipt
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases import refusals
from counterfoil.usecases.acting import Actor, actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, party_id_of, required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench

COUNCIL = "Council"
LEDGER = "Ledger"
Act = tuple[str, str, tuple[Any, ...]]
"""Contract, function and arguments of a call that the council is to make."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActsProposed(Outcome):
    """Proposals by number, in the order in which they are to be carried out.

    receipts: fewer where an equal proposal of the party was open already.
    """

    proposal_ids: tuple[int, ...]


def propose_admission(
    bench: Workbench, *, actor: PartyRef, member: PartyRef, reason: str, completing: bool = False
) -> ActsProposed:
    """Propose that a party comes into the council with the keys that it has now.

    reason: kept here, its hash on the ledger. With other keys than these it does not come in.
    """
    member_id = party_id_of(bench, member)
    _state, _roles, keys = bench.ledger.party_view(member_id, block=bench.read_model.block_number)
    acts = [(COUNCIL, "admit", (member_id, list(keys)))]
    return put_before_council(bench, actor, acts, reason, "propose_admission", completing=completing)


def propose_removal(
    bench: Workbench, *, actor: PartyRef, member: PartyRef, reason: str, completing: bool = False
) -> ActsProposed:
    """Propose that a party leaves the council. reason: kept here, its hash on the ledger."""
    member_id = party_id_of(bench, member)
    acts = [(COUNCIL, "remove", (member_id,))]
    return put_before_council(bench, actor, acts, reason, "propose_removal", completing=completing)


def propose_standing(
    bench: Workbench,
    *,
    actor: PartyRef,
    party: PartyRef,
    active: bool,
    reason: str,
    completing: bool = False,
) -> ActsProposed:
    """Propose that a party, member or not, is suspended or acts again. reason: kept here, its hash there."""
    state = PartyState.ACTIVE if active else PartyState.SUSPENDED
    acts = [(LEDGER, "setPartyState", (party_id_of(bench, party), int(state)))]
    return put_before_council(bench, actor, acts, reason, "propose_standing", completing=completing)


def propose_recovery(
    bench: Workbench,
    *,
    actor: PartyRef,
    party: PartyRef,
    new_key: str,
    lost_key: str | None = None,
    reason: str,
    completing: bool = False,
) -> ActsProposed:
    """Propose a new key for a party that lost its own, and that the lost one acts no more.

    One proposal a key, the new one first. reason: the request or the minutes; kept here, its hash on the
    ledger. Raises DomainError KeyAddressInvalid; KeyNotOfParty for a lost key that is not the party's.
    """
    party_id = party_id_of(bench, party)
    acts = [(LEDGER, "addKey", (party_id, key_address(new_key)))]
    if lost_key is not None:
        lost = key_address(lost_key)
        if not completing and lost not in bench.read_model.state.parties[party_id].keys:
            raise DomainError(refusals.KEY_NOT_OF_PARTY, key=lost, party_id=party_id)
        acts.append((LEDGER, "removeKey", (party_id, lost)))
    return put_before_council(bench, actor, acts, reason, "propose_recovery", completing=completing)


def put_before_council(
    bench: Workbench,
    actor: PartyRef,
    acts: Sequence[Act],
    reason: str,
    operation: str,
    *,
    completing: bool,
) -> ActsProposed:
    """One proposal a call, made where the party has none such open. Raises as encoding a call does."""
    acting = actor_of(bench, actor)
    stated = required_text(reason, field="reason")
    proposal_ids: list[int] = []
    receipts: list[Receipt] = []
    for contract, function, args in acts:
        target, call = bench.ledger.encode_act(contract, function, args)
        known = _known_proposal(acting, target, call, completing=completing)
        if known is None:
            receipts.append(_put(acting, operation, target, call, stated))
            known = len(bench.read_model.state.proposals)
        proposal_ids.append(known)
    return ActsProposed(operation=operation, receipts=tuple(receipts), proposal_ids=tuple(proposal_ids))


def _put(acting: Actor, operation: str, target: str, call: bytes, reason: str) -> Receipt:
    bench = acting.bench
    facts = {"call": f"0x{call.hex()}", "reason": reason, "target": target}
    reason_hash = keep_wording(bench, DocumentKind.REASON, facts)
    return carry_out(
        bench,
        operation,
        lambda: bench.ledger.propose_act(by=acting.key, target=target, call=call, reason_hash=reason_hash),
    )


def _known_proposal(acting: Actor, target: str, call: bytes, *, completing: bool) -> int | None:
    """The party's newest proposal of just this call whose time is not over, open unless completing."""
    now_s = int(acting.bench.now().timestamp())
    fitting = [
        proposal.proposal_id
        for proposal in acting.bench.read_model.state.proposals.values()
        if (completing or proposal.state is ProposalState.OPEN)
        and proposal.proposer_id == acting.party_id
        and (proposal.target, proposal.call) == (target, call)
        and proposal.expires_at_s >= now_s
    ]
    return max(fitting, default=None)
