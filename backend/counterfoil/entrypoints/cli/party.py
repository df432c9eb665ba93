"""`counterfoil party` and `counterfoil standing`: legal entities and what they accept in advance."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from counterfoil.domain.states import PartyRole
from counterfoil.entrypoints.session import ActorOption, JsonOption, console, say, workbench, write_json
from counterfoil.ports.store import KeyCustody
from counterfoil.usecases.parties.list_parties import PartySheet, list_parties, show_party
from counterfoil.usecases.parties.register_party import register_party
from counterfoil.usecases.parties.set_party_state import set_party_state
from counterfoil.usecases.parties.set_standing_acceptance import set_standing_acceptance

party_app = typer.Typer(help="Legal entities, their roles and keys.", no_args_is_help=True)

_ROLES = {role.name.lower().replace("_", "-"): role for role in PartyRole if role.name}
PartyArgument = Annotated[
    str, typer.Argument(metavar="PARTY", help="Number, identifier or exact name of the party.")
]


def mount_standing(app: typer.Typer) -> None:
    """Add `standing` to the root."""
    app.command("standing")(standing)


def role_names(roles: PartyRole) -> list[str]:
    """The names of the roles, as the command line writes them."""
    return [name for name, role in _ROLES.items() if role in roles]


def _parse_roles(names: list[str]) -> PartyRole:
    roles = PartyRole(0)
    for name in names:
        if name not in _ROLES:
            raise typer.BadParameter(f"--role: {name!r} is none of {', '.join(_ROLES)}")
        roles |= _ROLES[name]
    return roles


@party_app.command("add")
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name as registered.")],
    *,
    identifiers: Annotated[
        list[str],
        typer.Option(
            "--id",
            metavar="SCHEME:VALUE",
            help="uscc, lei, vat, gln or registration (registration:CODE:VALUE); repeat for more.",
        ),
    ],
    roles: Annotated[list[str], typer.Option("--role", help=f"Repeat for more: {', '.join(_ROLES)}.")],
    country: Annotated[str | None, typer.Option(help="Two letters.")] = None,
    standing: Annotated[
        bool, typer.Option("--standing", help="The party accepts all assignments in advance.")
    ] = False,
    key_addresses: Annotated[
        list[str] | None,
        typer.Option(
            "--key-address", metavar="0x...", help="A key that the party keeps itself; repeat for more."
        ),
    ] = None,
) -> None:
    """Register a party: the registrar signs; its key is made and kept encrypted, or it keeps its own."""
    with workbench(context) as bench:
        registered = register_party(
            bench,
            name=name,
            identifiers=identifiers,
            roles=_parse_roles(roles),
            country=country,
            accepts_assignments=standing,
            key_addresses=key_addresses or (),
        )
    say(f"Party {registered.party_id}: {registered.party.name}", registered)


@party_app.command("list")
def list_all(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Every party, with its roles, tier and cash."""
    with workbench(context) as bench:
        sheets = list_parties(bench)
    if as_json:
        write_json([_object(sheet) for sheet in sheets])
        return
    table = Table("no.", "name", "roles", "tier", "state", "cash")
    for sheet in sheets:
        table.add_row(
            str(sheet.party_id),
            escape(sheet.name),
            ", ".join(role_names(sheet.on_ledger.roles)),
            "" if sheet.tier is None else str(sheet.tier),
            sheet.on_ledger.state.name.lower(),
            "\n".join(currency.format(minor) for currency, minor in sheet.balances_minor),
        )
    console.print(table)


@party_app.command("show")
def show(context: typer.Context, party: PartyArgument, *, as_json: JsonOption = False) -> None:
    """One party with its identifiers and key addresses."""
    with workbench(context) as bench:
        sheet = show_party(bench, party=party)
    if as_json:
        write_json(_object(sheet))
        return
    say(f"{sheet.party_id}  {sheet.name}")
    say(f"identifiers: {', '.join(sheet.identifiers)}")
    say(f"roles: {', '.join(role_names(sheet.on_ledger.roles))}; state: {sheet.on_ledger.state.name.lower()}")
    kept = "the party itself" if sheet.custody is KeyCustody.OWN else "this installation"
    say(f"keys: {', '.join(sorted(sheet.on_ledger.keys))}; kept by {kept}")
    say(f"accepts all assignments in advance: {'yes' if sheet.accepts_all else 'no'}")
    for currency, minor in sheet.balances_minor:
        say(f"cash: {currency.format(minor)}")


@party_app.command("suspend")
def suspend(context: typer.Context, party: PartyArgument) -> None:
    """Stop a party from acting; what it holds stays its own and is paid out."""
    with workbench(context) as bench:
        say("The party is suspended.", set_party_state(bench, party=party, active=False))


@party_app.command("reactivate")
def reactivate(context: typer.Context, party: PartyArgument) -> None:
    """Let a suspended party act again."""
    with workbench(context) as bench:
        say("The party is active.", set_party_state(bench, party=party, active=True))


def standing(
    context: typer.Context,
    *,
    actor: ActorOption,
    debtor: Annotated[
        str | None, typer.Option(metavar="PARTY", help="Only of this debtor's notes; default: of all.")
    ] = None,
    end: Annotated[bool, typer.Option("--end", help="End the acceptance instead of giving it.")] = False,
) -> None:
    """Accept assignments in advance, so that they arrive without a further signature."""
    with workbench(context) as bench:
        outcome = set_standing_acceptance(bench, actor=actor, debtor=debtor, given=not end)
    say("Standing acceptance ended." if end else "Standing acceptance given.", outcome)


def _object(sheet: PartySheet) -> dict[str, object]:
    return {
        "party_id": sheet.party_id,
        "name": sheet.name,
        "country": sheet.country,
        "identifiers": list(sheet.identifiers),
        "roles": role_names(sheet.on_ledger.roles),
        "state": sheet.on_ledger.state.name.lower(),
        "tier": sheet.tier,
        "keys": sorted(sheet.on_ledger.keys),
        "custody": sheet.custody.value,
        "accepts_all": sheet.accepts_all,
        "balances": [{"currency": currency.code, "minor": minor} for currency, minor in sheet.balances_minor],
    }
