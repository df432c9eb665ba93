"""`counterfoil council`: what the consortium decides together, and lost keys that it replaces."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from counterfoil.entrypoints.session import (
    ActorOption,
    JsonOption,
    ReasonOption,
    console,
    say,
    workbench,
    write_json,
)
from counterfoil.ports.council import ActDescription
from counterfoil.usecases.council.acts import approve_act, execute_act, seat_council, withdraw_approval
from counterfoil.usecases.council.list_proposals import CouncilSheet, ProposalSheet, list_proposals
from counterfoil.usecases.council.propose_act import (
    ActsProposed,
    propose_admission,
    propose_recovery,
    propose_removal,
)

council_app = typer.Typer(help="The consortium's council and its votes.", no_args_is_help=True)

_ProposalArgument = Annotated[int, typer.Argument(metavar="PROPOSAL", min=1, help="Number of the proposal.")]
_PartyOption = Annotated[str | None, typer.Option(metavar="PARTY")]


@council_app.command("seat")
def seat(
    context: typer.Context,
    members: Annotated[list[str], typer.Argument(metavar="PARTY...", help="The first members.")],
) -> None:
    """Seat the first members, once; the governor signs. Afterwards only the council changes itself."""
    with workbench(context) as bench:
        say("The council is seated.", seat_council(bench, members=members))


@council_app.command("propose")
def propose(
    context: typer.Context,
    *,
    actor: ActorOption,
    reason: ReasonOption,
    admit: _PartyOption = None,
    remove: _PartyOption = None,
) -> None:
    """Propose that a party comes into the council or leaves it. Proposing approves nothing."""
    if (admit is None) == (remove is None):
        raise typer.BadParameter("--admit, --remove: give one of them")
    with workbench(context) as bench:
        if admit is not None:
            proposed = propose_admission(bench, actor=actor, member=admit, reason=reason)
        else:
            proposed = propose_removal(bench, actor=actor, member=str(remove), reason=reason)
    _say_proposed(proposed)


@council_app.command("recover-key")
def recover_key(
    context: typer.Context,
    party: Annotated[str, typer.Argument(metavar="PARTY", help="Who lost a key.")],
    *,
    actor: ActorOption,
    reason: ReasonOption,
    new_key: Annotated[str, typer.Option(metavar="0x...", help="Address of the new key.")],
    lost_key: Annotated[
        str | None, typer.Option(metavar="0x...", help="Address of the lost one, which then acts no more.")
    ] = None,
) -> None:
    """Propose a new key for a party that lost its own: one proposal a key."""
    with workbench(context) as bench:
        proposed = propose_recovery(
            bench, actor=actor, party=party, new_key=new_key, lost_key=lost_key, reason=reason
        )
    _say_proposed(proposed)


@council_app.command("approve")
def approve(context: typer.Context, proposal: _ProposalArgument, *, actor: ActorOption) -> None:
    """Approve a proposal, as a member."""
    with workbench(context) as bench:
        say(f"Proposal {proposal} approved.", approve_act(bench, actor=actor, proposal_id=proposal))


@council_app.command("withdraw")
def withdraw(context: typer.Context, proposal: _ProposalArgument, *, actor: ActorOption) -> None:
    """Take an approval back, as the member that gave it."""
    with workbench(context) as bench:
        say("Approval withdrawn.", withdraw_approval(bench, actor=actor, proposal_id=proposal))


@council_app.command("execute")
def execute(context: typer.Context, proposal: _ProposalArgument, *, actor: ActorOption) -> None:
    """Carry out what at least two thirds of the members approve, once its time has come."""
    with workbench(context) as bench:
        outcome = execute_act(bench, actor=actor, proposal_id=proposal)
    say(f"Proposal {proposal} carried out.", outcome)


@council_app.command("list")
def list_all(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """The members, and every proposal with who approves it."""
    with workbench(context) as bench:
        sheet = list_proposals(bench)
    if as_json:
        write_json(_object(sheet))
        return
    members = ", ".join(f"party {member}" for member in sheet.member_ids)
    say(f"Members: {members or 'none yet'}")
    table = Table("no.", "act", "by", "approved by", "needs", "from", "until", "state")
    for each in sheet.proposals:
        table.add_row(
            str(each.proposal.proposal_id),
            escape(act_text(each.act)),
            f"party {each.proposal.proposer_id}",
            ", ".join(str(member) for member in each.approving_ids),
            str(each.quorum),
            _time_text(each.proposal.executable_at_s),
            _time_text(each.proposal.expires_at_s),
            _state_text(each),
        )
    console.print(table)


def act_text(act: ActDescription) -> str:
    """A call in one line: Ledger.addKey party 3, key 0x..."""
    if act.contract is None or act.function is None:
        return "a call that this version does not know"
    stated = ", ".join(f"{name} {value}" for name, value in act.arguments.items())
    return f"{act.contract}.{act.function.partition('(')[0]} {stated}"


def _say_proposed(proposed: ActsProposed) -> None:
    numbers = " and ".join(str(number) for number in proposed.proposal_ids)
    say(f"Proposal {numbers}: members approve with `council approve`.", proposed)


def _state_text(sheet: ProposalSheet) -> str:
    if sheet.proposal.executed_at_s is not None:
        return "carried out"
    return "can be carried out" if sheet.is_due else "open"


def _time_text(at_s: int) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M}"


def _object(sheet: CouncilSheet) -> dict[str, Any]:
    return {
        "members": list(sheet.member_ids),
        "proposals": [
            {
                "proposal_id": each.proposal.proposal_id,
                "contract": each.act.contract,
                "function": each.act.function,
                "arguments": {name: _plain(value) for name, value in each.act.arguments.items()},
                "proposer_id": each.proposal.proposer_id,
                "approving_ids": list(each.approving_ids),
                "quorum": each.quorum,
                "executable_at_s": each.proposal.executable_at_s,
                "expires_at_s": each.proposal.expires_at_s,
                "executed_at_s": each.proposal.executed_at_s,
                "is_due": each.is_due,
            }
            for each in sheet.proposals
        ],
    }


def _plain(value: object) -> object:
    return f"0x{value.hex()}" if isinstance(value, bytes) else value
