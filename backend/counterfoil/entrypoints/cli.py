"""The `counterfoil` command: mounts what each area offers."""

from __future__ import annotations

import typer

from counterfoil.entrypoints.cli_invoice import invoice_app

app = typer.Typer(help="An open ledger for supply-chain finance.", no_args_is_help=True)
app.add_typer(invoice_app, name="invoice")


def main() -> None:
    """Entry point of the console script."""
    app()
