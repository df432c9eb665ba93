"""`counterfoil council propose ...` and `council recover-key`: what members put to the vote."""

from __future__ import annotations

from typing import Annotated

import typer

from counterfoil.entrypoints.session import ActorOption, ReasonOption, say, workbench
from counterfoil.usecases.council.propose_act import (
    ActsProposed,
    propose_admission,
    propose_recovery,
    propose_removal,
    propose_standing,
)
from counterfoil.usecases.council.propose_office import (
    Appointment,
    propose_appointment,
    propose_call,
    propose_dismissal,
)

propose_app = typer.Typer(help="Put something to the vote. Proposing approves nothing.", no_args_is_help=True)

_PartyArgument = Annotated[str, typer.Argument(metavar="PARTY", help="Whom it is about.")]
_OfficeArgument = Annotated[Appointment, typer.Argument(help="The office.")]
_KeyArgument = Annotated[str, typer.Argument(metavar="0x...", help="Address of the key.")]


def mount_proposals(app: typer.Typer) -> None:
    """Add the commands to `counterfoil council`."""
    app.add_typer(propose_app, name="propose")
    app.command("recover-key")(recover_key)


@propose_app.command("admit")
def admit(
    context: typer.Context, member: _PartyArgument, *, actor: ActorOption, reason: ReasonOption
) -> None:
    """A registered party gets a seat, with the keys that it has now."""
    with workbench(context) as bench:
        _say_proposed(propose_admission(bench, actor=actor, member=member, reason=reason))


@propose_app.command("remove")
def remove(
    context: typer.Context, member: _PartyArgument, *, actor: ActorOption, reason: ReasonOption
) -> None:
    """A member loses its seat. It remains a party, and what it holds remains its own."""
    with workbench(context) as bench:
        _say_proposed(propose_removal(bench, actor=actor, member=member, reason=reason))


@propose_app.command("suspend")
def suspend(
    context: typer.Context, party: _PartyArgument, *, actor: ActorOption, reason: ReasonOption
) -> None:
    """A party, member or not, does nothing until it is reinstated. What it holds is paid out to it."""
    with workbench(context) as bench:
        _say_proposed(propose_standing(bench, actor=actor, party=party, active=False, reason=reason))


@propose_app.command("reinstate")
def reinstate(
    context: typer.Context, party: _PartyArgument, *, actor: ActorOption, reason: ReasonOption
) -> None:
    """A suspended party acts again."""
    with workbench(context) as bench:
        _say_proposed(propose_standing(bench, actor=actor, party=party, active=True, reason=reason))


@propose_app.command("appoint")
def appoint(
    context: typer.Context,
    office: _OfficeArgument,
    key: _KeyArgument,
    *,
    actor: ActorOption,
    reason: ReasonOption,
    replaces: Annotated[
        str | None, typer.Option(metavar="0x...", help="The key that holds the office no more.")
    ] = None,
) -> None:
    """A key holds an office: one proposal a key."""
    with workbench(context) as bench:
        _say_proposed(
            propose_appointment(bench, actor=actor, office=office, key=key, replaces=replaces, reason=reason)
        )


@propose_app.command("dismiss")
def dismiss(
    context: typer.Context,
    office: _OfficeArgument,
    key: _KeyArgument,
    *,
    actor: ActorOption,
    reason: ReasonOption,
) -> None:
    """A key holds an office no more."""
    with workbench(context) as bench:
        _say_proposed(propose_dismissal(bench, actor=actor, office=office, key=key, reason=reason))


@propose_app.command("call")
def call(
    context: typer.Context,
    contract: Annotated[str, typer.Argument(metavar="CONTRACT", help="Its name, for example Warehouse.")],
    function: Annotated[str, typer.Argument(metavar="FUNCTION", help="Its name or signature.")],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="VALUE...", help="Each as JSON; addresses as 0x text.")
    ] = None,
    *,
    actor: ActorOption,
    reason: ReasonOption,
) -> None:
    """Any call of a contract of the ledger: exposure caps, ages of counts, modules, routes."""
    with workbench(context) as bench:
        _say_proposed(
            propose_call(
                bench,
                actor=actor,
                contract=contract,
                function=function,
                arguments=arguments or [],
                reason=reason,
            )
        )


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


def _say_proposed(proposed: ActsProposed) -> None:
    numbers = " and ".join(str(number) for number in proposed.proposal_ids)
    say(f"Proposal {numbers}: members approve with `council approve`.", proposed)
