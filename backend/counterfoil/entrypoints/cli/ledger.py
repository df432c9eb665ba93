"""`counterfoil init`, `check`, `loops` and `clock`: the ledger as a whole."""

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
from counterfoil.usecases.books.check_books import check_books
from counterfoil.usecases.books.flag_trade_loops import WINDOW_DAYS, flag_trade_loops

_DAY_S = 86_400

clock_app = typer.Typer(help="The ledger's clock, for demos and tests.", no_args_is_help=True)


def mount_ledger(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command("init")(init)
    app.command("check")(check)
    app.command("loops")(loops)


def init(
    context: typer.Context,
    *,
    council_delay: Annotated[
        int,
        typer.Option(
            min=60,
            max=90 * _DAY_S,
            metavar="SECONDS",
            help="How long everybody sees a proposal to the council before it can be done. It stays so.",
        ),
    ] = _DAY_S,
) -> None:
    """Set up a ledger: keys of the consortium's offices, the chain, the contracts and who may call them."""
    # As in session.opened: chain and store take seconds to load.
    from counterfoil.bootstrap import create_ledger  # noqa: PLC0415 - the line above says why

    session = session_of(context)
    created = create_ledger(
        session.settings, passphrase=session.choose_passphrase, council_delay_s=council_delay
    )
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


def loops(
    context: typer.Context,
    *,
    window_days: Annotated[
        int, typer.Option("--window", help="Days that one way round may take at most.")
    ] = WINDOW_DAYS,
    affiliates: Annotated[
        list[str] | None,
        typer.Option(help="Parties that count as one, separated by commas; once for each group."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Sales that lead round: buy-backs and circles among transfers of receipts, bills and notes."""
    groups = [[name.strip() for name in group.split(",")] for group in affiliates or ()]
    with workbench(context) as bench:
        found = flag_trade_loops(bench, window_days=window_days, affiliates=groups)
    if as_json:
        write_json(
            [
                {
                    "kind": each.loop.kind,
                    "subject": each.loop.subject,
                    "parties": list(each.loop.parties),
                    "transfers": list(each.loop.transfers),
                    "first_at": each.loop.first_at.isoformat(),
                    "last_at": each.loop.last_at.isoformat(),
                    "turnover": each.loop.turnover_steps,
                }
                for each in found
            ]
        )
        return
    if not found:
        say(f"No sales lead round within {window_days} days.")
        return
    table = Table("kind", "parties", "transfers", "from", "to")
    for each in found:
        table.add_row(
            each.loop.kind,
            escape(", ".join(each.party_names)),
            escape("\n".join(each.loop.transfers)),
            f"{each.loop.first_at:%Y-%m-%d}",
            f"{each.loop.last_at:%Y-%m-%d}",
        )
    console.print(table)
    say("A loop is a question for people, not a proof.")


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
        moved = ledger.advance_time(days * _DAY_S + seconds)
    say(f"The ledger's time is now {datetime.fromtimestamp(moved, UTC):%Y-%m-%d %H:%M:%S} UTC.")
