"""`counterfoil invoice record`, `credit` and `list`: documents taken into the ledger's store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from counterfoil.entrypoints.session import JsonOption, console, say, workbench, write_json
from counterfoil.ports.store import InvoiceRecord
from counterfoil.usecases.invoices.list_invoices import InvoiceSheet, list_invoices
from counterfoil.usecases.invoices.record_credit_note import record_credit_note
from counterfoil.usecases.invoices.record_invoices import InvoiceDocument, record_invoices


def mount_recording(invoice_app: typer.Typer) -> None:
    """Add the commands that need a ledger beside `invoice read`, which needs none."""
    invoice_app.command("record")(record)
    invoice_app.command("credit")(credit)
    invoice_app.command("list")(list_all)


def record(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="FILE...", exists=True, dir_okay=False)],
    *,
    onboard: Annotated[bool, typer.Option(help="Register sellers and buyers that are not known yet.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Read documents and keep them; their sellers and buyers become parties.

    The exit code is 1 if any document was refused.
    """
    documents = [InvoiceDocument(file_name=path.name, content=path.read_bytes()) for path in paths]
    with workbench(context) as bench:
        result = record_invoices(bench, documents=documents, onboard=onboard)
    if as_json:
        write_json(
            {
                "recorded": [_object(each) for each in result.recorded],
                "rejected": [
                    {"file": each.file_name, "code": each.code, "message": each.message}
                    for each in result.rejected
                ],
                "onboarded": [{"party_id": party.party_id, "name": party.name} for party in result.onboarded],
            }
        )
    else:
        for each in result.recorded:
            say(f"recorded  {each.file_name}: {_title(each)}")
        for party in result.onboarded:
            say(f"new party {party.party_id}: {party.name}")
        for rejected in result.rejected:
            say(f"refused   {rejected.file_name}: {rejected.message} ({rejected.code})")
    if result.rejected:
        raise typer.Exit(1)


def credit(
    context: typer.Context,
    number: Annotated[
        str, typer.Argument(metavar="CREDIT-NOTE", help="Its number, or the SHA-256 of its file.")
    ],
    *,
    actor: Annotated[
        str | None, typer.Option("--as", metavar="PARTY", help="The seller; default: as the document says.")
    ] = None,
) -> None:
    """Take a recorded credit note off the invoice that it names; the seller signs."""
    with workbench(context) as bench:
        outcome = record_credit_note(bench, credit_note=number, actor=actor)
    invoice = outcome.invoice.invoice
    say(f"Invoice {invoice.number} is reduced by {invoice.currency.format(outcome.credit_minor)}.", outcome)


def list_all(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Recorded documents, with what is left to finance on each invoice."""
    with workbench(context) as bench:
        sheets = list_invoices(bench)
    if as_json:
        write_json([_sheet_object(sheet) for sheet in sheets])
        return
    table = Table("number", "seller -> buyer", "due")
    table.add_column("payable", justify="right")
    table.add_column("left", justify="right")
    table.add_column("notes")
    for sheet in sheets:
        invoice = sheet.record.invoice
        table.add_row(
            escape(invoice.number),
            escape(f"{invoice.seller.name} -> {invoice.buyer.name}"),
            "" if invoice.due_date is None else invoice.due_date.isoformat(),
            invoice.currency.format(invoice.payable_minor),
            invoice.currency.format(sheet.available_minor),
            ", ".join(str(note_id) for note_id in sheet.note_ids),
        )
    console.print(table)


def _title(record: InvoiceRecord) -> str:
    invoice = record.invoice
    return (
        f"{invoice.type.value} {invoice.number}, {invoice.seller.name} -> {invoice.buyer.name}, "
        f"{invoice.currency.format(invoice.payable_minor)}"
    )


def _object(record: InvoiceRecord) -> dict[str, object]:
    invoice = record.invoice
    return {
        "file": record.file_name,
        "sha256": record.content_sha256,
        "number": invoice.number,
        "type": invoice.type.value,
        "format": invoice.format.value,
        "currency": invoice.currency.code,
        "payable_minor": invoice.payable_minor,
        "seller": invoice.seller.name,
        "buyer": invoice.buyer.name,
        "due_date": None if invoice.due_date is None else invoice.due_date.isoformat(),
        "state": record.state.value,
    }


def _sheet_object(sheet: InvoiceSheet) -> dict[str, object]:
    return {
        **_object(sheet.record),
        "available_minor": sheet.available_minor,
        "note_ids": list(sheet.note_ids),
    }
