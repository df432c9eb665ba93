"""`counterfoil council`: founding it, its votes, and who may do what on the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from counterfoil.entrypoints.cli.council_proposals import mount_proposals
from counterfoil.entrypoints.cli.council_words import act_text, powers_object, powers_table
from counterfoil.entrypoints.session import (
    ActorOption,
    JsonOption,
    console,
    opened,
    say,
    workbench,
    write_json,
)
from counterfoil.usecases.council.acts import approve_act, execute_act, seat_council, withdraw_approval
from counterfoil.usecases.council.check_powers import SHORTEST_DELAY_S, PowersSheet, check_powers
from counterfoil.usecases.council.found_council import found_council, founding_members
from counterfoil.usecases.council.list_proposals import CouncilSheet, ProposalSheet, list_proposals
from counterfoil.usecases.council.role_holders import role_text

council_app = typer.Typer(help="The consortium's council and its votes.", no_args_is_help=True)
mount_proposals(council_app)

_ProposalArgument = Annotated[int, typer.Argument(metavar="PROPOSAL", min=1, help="Number of the proposal.")]


@council_app.command("seat")
def seat(
    context: typer.Context,
    members: Annotated[list[str], typer.Argument(metavar="PARTY...", help="The first members.")],
) -> None:
    """Seat the first members, once; the governor signs, and stays the administrator: see `council found`."""
    with workbench(context) as bench:
        say("The council is seated.", seat_council(bench, members=members))


@council_app.command("found")
def found(
    context: typer.Context,
    members: Annotated[
        list[str], typer.Argument(metavar="PARTY...", help="The first members, three or more.")
    ],
    *,
    agreed: Annotated[
        bool, typer.Option("--yes", help="The keys shown were compared with each member's own word.")
    ] = False,
) -> None:
    """Seat the first members and hand administration over to them, for good; the governor signs.

    Can be given again after an interruption. Exit code 1 where somebody else still administers afterwards.
    """
    with opened(context) as ledger:
        for member, keys in founding_members(ledger.bench, members):
            say(f"party {member} votes with {', '.join(keys)}")
        if not agreed and not typer.confirm("Does each member own just these keys? There is no way back"):
            raise typer.Abort
        founded = found_council(ledger.bench, members=members)
        sheet = check_powers(ledger.bench, shortest_delay_s=0, unlike_code=ledger.unlike_contracts())
    for each in founded.dismissed:
        say(f"{each.account} has lost the role {role_text(each.role)}.")
    seats = len(founded.member_ids)
    say(f"The council administers the ledger: {sheet.quorum} of {seats} members decide.", founded)
    _say_findings(sheet)


@council_app.command("check")
def check(
    context: typer.Context,
    *,
    shortest_delay: Annotated[
        int, typer.Option(min=0, metavar="SECONDS", help="A council that waits less is reported.")
    ] = SHORTEST_DELAY_S,
    as_json: JsonOption = False,
) -> None:
    """Who may do what, asked from the contracts. Exit code 1 where anybody but the council administers."""
    with opened(context) as ledger:
        sheet = check_powers(
            ledger.bench, shortest_delay_s=shortest_delay, unlike_code=ledger.unlike_contracts()
        )
    if as_json:
        write_json(powers_object(sheet))
        if sheet.findings:
            raise typer.Exit(1)
        return
    console.print(powers_table(sheet))
    for seat in sheet.seats:
        able = "" if seat.can_act else ", and cannot act"
        say(f"party {seat.party_id} votes with {', '.join(seat.keys) or 'no key'}{able}")
    say(
        f"{sheet.quorum} of {len(sheet.seats)} members decide, {sheet.delay_s} s after a proposal at the"
        f" earliest. Block {sheet.block}."
    )
    _say_findings(sheet)


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


def _say_findings(sheet: PowersSheet) -> None:
    for finding in sheet.findings:
        console.print(f"[red]NOT BY VOTE:[/] {escape(finding)}", soft_wrap=True)
    if sheet.findings:
        raise typer.Exit(1)
    say("No key administers this ledger alone.")


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
