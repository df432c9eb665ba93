"""What members of the council do with proposals, and how its first members come in."""

from __future__ import annotations

from collections.abc import Sequence

from counterfoil.domain.errors import DomainError
from counterfoil.domain.state.council_state import Proposal
from counterfoil.domain.states import Office
from counterfoil.ports.engine import Receipt
from counterfoil.usecases import refusals
from counterfoil.usecases.acting import actor_of, office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.keys.custody import follow_keys
from counterfoil.usecases.resolving import PartyRef, party_id_of
from counterfoil.usecases.workbench import Outcome, Workbench


def find_proposal(bench: Workbench, proposal_id: int) -> Proposal:
    """The proposal; raises DomainError ProposalNotFound."""
    found = bench.read_model.state.proposals.get(proposal_id)
    if found is None:
        raise DomainError(refusals.PROPOSAL_NOT_FOUND, proposal_id=proposal_id)
    return found


def seat_council(bench: Workbench, *, members: Sequence[PartyRef]) -> Outcome:
    """Seat the first members; the governor signs, and stays the administrator: see found_council.

    Later members come and go by the council's votes.
    """
    member_ids = [party_id_of(bench, member) for member in members]
    receipt = carry_out(
        bench,
        "seat_council",
        lambda: bench.ledger.seat_council(by=office_key(bench, Office.GOVERNOR), members=member_ids),
    )
    return Outcome(operation="seat_council", receipts=(receipt,))


def approve_act(bench: Workbench, *, actor: PartyRef, proposal_id: int) -> Outcome:
    """Approve a proposal as it stands, as a member. Raises DomainError ProposalNotFound."""
    acting = actor_of(bench, actor)
    proposal = find_proposal(bench, proposal_id)
    receipt = carry_out(
        bench,
        "approve_act",
        lambda: bench.ledger.approve_act(by=acting.key, proposal_id=proposal_id, act_hash=proposal.act_hash),
    )
    return Outcome(operation="approve_act", receipts=(receipt,))


def withdraw_approval(bench: Workbench, *, actor: PartyRef, proposal_id: int) -> Outcome:
    """Take an approval back, as the member that gave it. Raises DomainError ProposalNotFound."""
    acting = actor_of(bench, actor)
    find_proposal(bench, proposal_id)
    receipt = carry_out(
        bench,
        "withdraw_approval",
        lambda: bench.ledger.withdraw_approval(by=acting.key, proposal_id=proposal_id),
    )
    return Outcome(operation="withdraw_approval", receipts=(receipt,))


def execute_act(bench: Workbench, *, actor: PartyRef, proposal_id: int) -> Outcome:
    """Carry out what enough members approve, as a member, once its time has come.

    What the party carried out before is only completed here; then there is no receipt. Raises DomainError
    ProposalNotFound, and what the ledger or the called contract refuses.
    """
    acting = actor_of(bench, actor)
    proposal = find_proposal(bench, proposal_id)
    receipts: tuple[Receipt, ...] = ()
    if proposal.executed_by_id != acting.party_id:
        receipts = (
            carry_out(
                bench,
                "execute_act",
                lambda: bench.ledger.execute_act(
                    by=acting.key, proposal_id=proposal_id, target=proposal.target, call=proposal.call
                ),
            ),
        )
    _follow_recovered(bench, proposal)
    return Outcome(operation="execute_act", receipts=receipts)


def _follow_recovered(bench: Workbench, proposal: Proposal) -> None:
    """Where the act changed a party's keys, what is known of their custody follows."""
    act = bench.ledger.describe_act(proposal.target, proposal.call)
    party_id = act.arguments.get("party")
    if act.function in ("addKey(uint24,address)", "removeKey(uint24,address)") and isinstance(party_id, int):
        with bench.store.begin() as work:
            party = work.parties.by_id(party_id)
        if party is not None:
            follow_keys(bench, party)
