"""`counterfoil demo`: anybody's invoices through the whole life of a note, in one command."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Never

import typer
from rich.console import Console
from rich.markup import escape

from counterfoil.domain.errors import DomainError
from counterfoil.entrypoints.demo.documents import open_folder
from counterfoil.entrypoints.demo.goods.intake_file import read_goods
from counterfoil.entrypoints.demo.out_directory import OutDirectory, claimed
from counterfoil.entrypoints.demo.plan_file import read_plan
from counterfoil.entrypoints.demo.refusals import (
    CLOCK_FIXED,
    GOODS_UNUSABLE,
    OUT_IN_USE,
    OUT_NOT_OURS,
    OUT_UNUSABLE,
    PLAN_UNUSABLE,
)
from counterfoil.entrypoints.demo.showing.tables import print_tables
from counterfoil.entrypoints.demo.telling import Teller

if TYPE_CHECKING:
    from counterfoil.entrypoints.demo.life import Lived

USAGE_ERROR = 2
_OF_USAGE = frozenset({CLOCK_FIXED, GOODS_UNUSABLE, OUT_IN_USE, OUT_NOT_OURS, OUT_UNUSABLE, PLAN_UNUSABLE})
_STDOUT = "-"
_LOG_WIDTH = 150


def mount_demo(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("demo")(demo)


def demo(
    *,
    invoices: Annotated[
        Path, typer.Option(metavar="DIR", exists=True, file_okay=False, help="Directory of invoices.")
    ],
    plan: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Who passes on what (YAML)."),
    ] = None,
    goods: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Intake file of the goods that a supplier finances as well (YAML or JSON).",
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where ledger, report and result are written.")
    ] = Path("demo-out"),
    chain: Annotated[
        str | None,
        typer.Option(
            metavar="NETWORK.JSON",
            help="A network of validators whose clock can be moved, in place of a chain of the run's own.",
        ),
    ] = None,
    json_file: Annotated[
        str | None,
        typer.Option(
            "--json", metavar="FILE", help="Write the result as JSON as well; - for standard output."
        ),
    ] = None,
) -> None:
    """Lead a directory of invoices through the whole life: notes, tiers, financing, settlement, checks.

    The exit code is 0 only if every check holds. Keys, cash and the clock are those of a demonstration.
    """
    if json_file not in (None, _STDOUT) and not Path(json_file).absolute().parent.is_dir():
        raise typer.BadParameter(f"the directory of {json_file} does not exist", param_hint="--json")
    try:
        lived = _led_through(invoices, plan=plan, goods=goods, out=out, chain=chain, json_file=json_file)
    except DomainError as refused:
        if refused.code in _OF_USAGE:
            _usage_error(refused)
        raise
    if not (lived.succeeded and lived.result.holds):
        raise typer.Exit(1)


def _led_through(
    invoices: Path,
    *,
    plan: Path | None,
    goods: Path | None,
    out: Path,
    chain: str | None,
    json_file: str | None,
) -> Lived:
    # As in session.opened: chain and store take seconds to load.
    from counterfoil.entrypoints.demo.life import live  # noqa: PLC0415 - the line above says why
    from counterfoil.entrypoints.demo.networks import movable_network  # noqa: PLC0415 - as above

    console = _console(stderr=json_file == _STDOUT)
    splits = None if plan is None else read_plan(plan)
    document = None if goods is None else read_goods(goods)
    network = None if chain is None else movable_network(chain)
    with claimed(out) as directory:
        stated = [plan, goods, None if json_file is None else Path(json_file)]
        leave_out = [out, *(path for path in stated if path is not None)]
        folder = open_folder(invoices, leave_out=leave_out)
        lived = live(directory.home, folder, Teller(console), plan=splits, goods=document, network=network)
        _write(lived, directory, json_file)
        print_tables(lived.result, console)
        _say_end(console, directory, lived)
    return lived


def _console(*, stderr: bool) -> Console:
    """Where people read. A log or a pipe has no width of its own: tables get enough there."""
    console = Console(stderr=stderr, highlight=False)
    return console if console.is_terminal else Console(stderr=stderr, highlight=False, width=_LOG_WIDTH)


def _write(lived: Lived, directory: OutDirectory, json_file: str | None) -> None:
    from counterfoil.entrypoints.demo.showing.report import report_html  # noqa: PLC0415 - as in _led_through

    text = lived.result.model_dump_json(indent=2) + "\n"
    directory.result.write_text(text, encoding="utf-8")
    directory.report.write_text(report_html(lived, made_at=datetime.now(UTC)), encoding="utf-8")
    if json_file == _STDOUT:
        typer.echo(text, nl=False)
    elif json_file is not None:
        Path(json_file).write_text(text, encoding="utf-8")


def _say_end(console: Console, directory: OutDirectory, lived: Lived) -> None:
    failed = [check.invariant for check in lived.result.checks if not check.ok]
    console.print()
    if not lived.succeeded:
        console.print("[bold red]No file in the directory could be read as an invoice.[/]")
    if failed:
        console.print(f"[bold red]{len(failed)} checks do not hold:[/] {escape(', '.join(failed))}")
    else:
        console.print(f"[bold green]All {len(lived.result.checks)} checks hold.[/]")
    console.print(f"Result: {escape(str(directory.result.resolve()))}", soft_wrap=True)
    console.print(f"Report: {escape(str(directory.report.resolve()))}", soft_wrap=True)


def _usage_error(refused: DomainError) -> Never:
    console = Console(stderr=True, highlight=False)
    sentence = refused.message[:1].upper() + refused.message[1:]
    console.print(f"[red]Refused:[/] {escape(sentence)}. [dim]({refused.code})[/]", soft_wrap=True)
    console.print(escape(refused.remedy), soft_wrap=True)
    raise typer.Exit(USAGE_ERROR) from refused
