"""`counterfoil init`, `check` and `clock`: the ledger as a whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from counterfoil.entrypoints.session import (
    JsonOption,
    console,
    opened,
    say,
    session_of,
    workbench,
    write_json,
)
from counterfoil.usecases.check_books import check_books

clock_app = typer.Typer(help="The ledger's clock, for demos and tests.", no_args_is_help=True)


def mount_ledger(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command("init")(init)
    app.command("check")(check)


def init(context: typer.Context) -> None:
    """Set up a ledger: keys of the consortium's offices, the chain, the contracts and who may call them."""
    # As in session.opened: chain and store take seconds to load.
    from counterfoil.bootstrap import create_ledger  # noqa: PLC0415 - the line above says why

    session = session_of(context)
    created = create_ledger(session.settings, passphrase=session.choose_passphrase)
    table = Table("contract", "address", title=f"Ledger in {created.home}", title_justify="left")
    for name, address in created.contracts.items():
        table.add_row(name, address)
    console.print(table)
    say(
        f"Chain {created.chain_id}, {len(created.receipts)} transactions, {created.gas_used:,} gas."
        f" Offices: {', '.join(created.offices)}."
    )


def check(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Check every invariant, and the record here against the contracts. Exit code 1 if one does not hold."""
    with workbench(context) as bench:
        results = check_books(bench)
    if as_json:
        write_json([{"invariant": each.invariant, "ok": each.ok, "detail": each.detail} for each in results])
    else:
        table = Table("invariant", "holds", "detail")
        for each in results:
            verdict = "[green]yes[/]" if each.ok else "[red]NO[/]"
            table.add_row(escape(each.invariant), verdict, escape(each.detail))
        console.print(table)
    if not all(each.ok for each in results):
        raise typer.Exit(1)


@clock_app.command("show")
def show(context: typer.Context) -> None:
    """The ledger's time."""
    with workbench(context) as bench:
        say(f"{bench.now():%Y-%m-%d %H:%M:%S} UTC")


@clock_app.command("advance")
def advance(
    context: typer.Context,
    *,
    days: Annotated[int, typer.Option(min=0, help="Days ahead.")] = 0,
    seconds: Annotated[int, typer.Option(min=0, help="Seconds ahead.")] = 0,
) -> None:
    """Move the clock ahead. Only where COUNTERFOIL_ALLOW_TIME_TRAVEL=1 is set, for demos and tests."""
    with opened(context) as ledger:
        moved = ledger.advance_time(days * 86_400 + seconds)
    say(f"The ledger's time is now {datetime.fromtimestamp(moved, UTC):%Y-%m-%d %H:%M:%S} UTC.")
