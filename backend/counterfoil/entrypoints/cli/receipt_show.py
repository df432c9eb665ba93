"""`counterfoil receipt list`, `show`, `disclose` and `verify-disclosure`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from counterfoil.entrypoints.session import (
    JsonOption,
    ReceiptArgument,
    console,
    say,
    workbench,
    write_json,
)
from counterfoil.entrypoints.views.receipt_views import print_receipt, receipt_object
from counterfoil.ingest.disclosure_file import disclosure_from_json, disclosure_to_json
from counterfoil.usecases.goods_resolving import good_text
from counterfoil.usecases.receipts.disclose_receipt import disclose_receipt, verify_receipt_disclosure
from counterfoil.usecases.receipts.show_receipt import list_receipts, show_receipt


def mount_showing(receipt_app: typer.Typer) -> None:
    """Add the commands to `receipt`."""
    receipt_app.command("list")(list_all)
    receipt_app.command("show")(show)
    receipt_app.command("disclose")(disclose)
    receipt_app.command("verify-disclosure")(verify)


def list_all(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Every receipt, with its holder and state."""
    with workbench(context) as bench:
        sheets = list_receipts(bench)
    if as_json:
        write_json([receipt_object(sheet) for sheet in sheets])
        return
    table = Table("no.", "good", "quantity", "holder", "keeper", "state", "value")
    for sheet in sheets:
        table.add_row(
            str(sheet.receipt.receipt_id),
            escape("" if sheet.stock.good is None else good_text(sheet.stock.good)),
            sheet.quantity,
            escape(sheet.holder_name),
            escape(sheet.keeper_name),
            sheet.state.name.lower(),
            sheet.currency.format(sheet.receipt.value_minor),
        )
    console.print(table)


def show(context: typer.Context, receipt: ReceiptArgument, *, as_json: JsonOption = False) -> None:
    """A receipt as a lender sees it: title, attestations and their age, price, liens and their ends, lots."""
    with workbench(context) as bench:
        sheet = show_receipt(bench, receipt_id=receipt)
        now = bench.now()
    if as_json:
        write_json(receipt_object(sheet))
        return
    print_receipt(sheet, now=now)


def disclose(
    context: typer.Context,
    receipt: ReceiptArgument,
    *,
    fields: Annotated[
        list[str],
        typer.Option(
            "--field", help="A field or group, for example goods or depositor.name; repeat for more."
        ),
    ],
) -> None:
    """Show some fields to a reader, who can check them against the ledger; the rest stays hidden."""
    with workbench(context) as bench:
        disclosed = disclose_receipt(bench, receipt_id=receipt, fields=fields)
    typer.echo(disclosure_to_json(disclosed), nl=False)


def verify(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    *,
    receipt: Annotated[
        int | None, typer.Option(min=1, help="Of which receipt it must be; default: whichever it fits.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check a disclosure against the receipt on the ledger, and show what it says."""
    disclosure = disclosure_from_json(path.read_bytes(), file_name=path.name)
    with workbench(context) as bench:
        found = verify_receipt_disclosure(bench, disclosure=disclosure, receipt_id=receipt)
    if as_json:
        write_json({"receipt_id": found.receipt_id, "fields": found.values, "hidden": found.hidden})
        return
    say(f"Receipt {found.receipt_id} commits to these fields; {found.hidden} more are hidden:")
    for name, value in sorted(found.values.items()):
        say(f"  {name}: {value}")
