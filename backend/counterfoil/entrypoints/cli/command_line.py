"""The `counterfoil` command: mounts what each area offers, and turns refusals into sentences."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup

from counterfoil.domain.errors import CounterfoilError
from counterfoil.entrypoints.cli.audit import audit_app
from counterfoil.entrypoints.cli.backup import backup_app
from counterfoil.entrypoints.cli.bill import bill_app
from counterfoil.entrypoints.cli.cash import cash_app
from counterfoil.entrypoints.cli.chain import chain_app
from counterfoil.entrypoints.cli.council import council_app
from counterfoil.entrypoints.cli.demo import mount_demo
from counterfoil.entrypoints.cli.external_lien import external_lien_app
from counterfoil.entrypoints.cli.facility import facility_app, price_app
from counterfoil.entrypoints.cli.facility_enforcement import mount_enforcement
from counterfoil.entrypoints.cli.finance import finance_app
from counterfoil.entrypoints.cli.invoice import invoice_app
from counterfoil.entrypoints.cli.invoice_record import mount_recording
from counterfoil.entrypoints.cli.key import key_app
from counterfoil.entrypoints.cli.ledger import clock_app, mount_ledger
from counterfoil.entrypoints.cli.ledger_copy import ledger_app
from counterfoil.entrypoints.cli.lien import lien_app
from counterfoil.entrypoints.cli.lot import assignment_app, mount_lots
from counterfoil.entrypoints.cli.note import mount_settlement, note_app
from counterfoil.entrypoints.cli.party import mount_standing, party_app
from counterfoil.entrypoints.cli.party_keys import mount_party_keys
from counterfoil.entrypoints.cli.receipt import receipt_app
from counterfoil.entrypoints.cli.receipt_orders import mount_orders
from counterfoil.entrypoints.cli.receipt_show import mount_showing
from counterfoil.entrypoints.cli.receipt_title import mount_title
from counterfoil.entrypoints.cli.serve import mount_serve, mount_settings
from counterfoil.entrypoints.cli.server_option import remote_arguments
from counterfoil.entrypoints.cli.service import service_app
from counterfoil.entrypoints.cli.sign import mount_signing
from counterfoil.entrypoints.cli.stock import stock_app
from counterfoil.entrypoints.logs import log_to_stderr
from counterfoil.entrypoints.session import Session, read_settings

_errors = Console(stderr=True)


class RefusalGroup(TyperGroup):
    """Every refusal becomes a sentence with its remedy and exit code 1; nothing ends in a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except CounterfoilError as refused:
            _refuse(refused.message, refused.remedy, refused.code)
        except ValidationError as unfit:
            first = unfit.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            _refuse(
                f"the setting COUNTERFOIL_{field.upper()} is not usable: {first['msg']}",
                "Correct or unset the environment variable.",
                "SettingInvalid",
            )
        except OSError as failed:
            _refuse(
                f"{failed.filename or 'a file'} could not be used: {failed.strerror or failed}",
                "Check the path, the permissions and the free space.",
                "FileUnusable",
            )
        raise typer.Exit(1)


def _refuse(message: str, remedy: str, code: str) -> None:
    sentence = message[:1].upper() + message[1:].rstrip(".")
    _errors.print(f"[red]Refused:[/] {escape(sentence)}. [dim]({code})[/]", soft_wrap=True, highlight=False)
    if remedy:
        _errors.print(escape(remedy), soft_wrap=True, highlight=False)


app = typer.Typer(
    help="An open ledger for supply-chain finance.",
    no_args_is_help=True,
    cls=RefusalGroup,
    pretty_exceptions_enable=False,
)
app.add_typer(party_app, name="party")
app.add_typer(invoice_app, name="invoice")
app.add_typer(note_app, name="note")
app.add_typer(assignment_app, name="assignment")
app.add_typer(finance_app, name="finance")
app.add_typer(cash_app, name="cash")
app.add_typer(stock_app, name="stock")
app.add_typer(receipt_app, name="receipt")
app.add_typer(bill_app, name="bill")
app.add_typer(lien_app, name="lien")
app.add_typer(price_app, name="price")
app.add_typer(facility_app, name="facility")
app.add_typer(external_lien_app, name="external-lien")
app.add_typer(key_app, name="key")
app.add_typer(council_app, name="council")
app.add_typer(backup_app, name="backup")
app.add_typer(clock_app, name="clock")
app.add_typer(chain_app, name="chain")
app.add_typer(ledger_app, name="ledger")
app.add_typer(service_app, name="service")
app.add_typer(audit_app, name="audit")
mount_ledger(app)
mount_serve(app)
mount_settings(service_app)
mount_standing(app)
mount_lots(app)
mount_settlement(app)
mount_recording(invoice_app)
mount_title(receipt_app)
mount_orders(receipt_app)
mount_showing(receipt_app)
mount_enforcement(facility_app)
mount_party_keys(party_app)
mount_signing(app)
mount_demo(app)


@app.callback()
def counterfoil(
    context: typer.Context,
    *,
    home: Annotated[
        Path | None,
        typer.Option(help="Directory of the ledger; default: $COUNTERFOIL_HOME, or ./counterfoil-home."),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="PostgreSQL database that has the store, postgresql+psycopg://USER@HOST:PORT/DATABASE;"
            " default: $COUNTERFOIL_DATABASE, or a SQLite file in the home.",
        ),
    ] = None,
    chain: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|URL",
            help="A network's network.json or a node's JSON-RPC; default: $COUNTERFOIL_CHAIN, or the embedded"
            " chain in the home.",
        ),
    ] = None,
) -> None:
    """An open ledger for supply-chain finance.

    `counterfoil --server URL GROUP VERB ...` asks a service instead, with the token in $COUNTERFOIL_TOKEN.
    """
    settings = read_settings(home, database, chain)
    log_to_stderr(settings.log_level)
    context.obj = Session(settings)


def main() -> None:
    """Entry point of the console script."""
    asked = remote_arguments(sys.argv[1:])
    if asked is None:
        app()
        return
    # The client is not needed for anything local.
    from counterfoil.entrypoints.cli.remote import run_remote  # noqa: PLC0415 - the line above says why

    sys.exit(run_remote(*asked))
