"""One command's session: settings, the passphrase asked once, the ledger opened and closed again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import SecretStr
from rich.console import Console

from counterfoil.domain.money import Currency
from counterfoil.settings import Settings
from counterfoil.usecases.workbench import Outcome, Workbench

if TYPE_CHECKING:
    from counterfoil.bootstrap import OpenLedger

console = Console(highlight=False)

ActorOption = Annotated[
    str, typer.Option("--as", metavar="PARTY", help="Whose key acts: number, identifier or exact name.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON for programs.")]
LotArgument = Annotated[str, typer.Argument(metavar="LOT", help="NOTE/SEGMENT/INDEX, for example 3/1/0.")]
NoteArgument = Annotated[int, typer.Argument(metavar="NOTE", min=1, help="Number of the note.")]
FinancingArgument = Annotated[int, typer.Argument(metavar="ID", min=1, help="Number of the financing.")]
ReceiptArgument = Annotated[int, typer.Argument(metavar="RECEIPT", min=1, help="Number of the receipt.")]
StockArgument = Annotated[int, typer.Argument(metavar="STOCK", min=1, help="Number of the stock.")]
BillArgument = Annotated[int, typer.Argument(metavar="BILL", min=1, help="Number of the bill of lading.")]
FacilityArgument = Annotated[int, typer.Argument(metavar="ID", min=1, help="Number of the facility.")]
AssetArgument = Annotated[
    str, typer.Argument(metavar="ASSET", help="lot:NOTE.SEGMENT.INDEX, receipt:NUMBER or bill:NUMBER.")
]
ReasonOption = Annotated[str, typer.Option(help="Kept here; the ledger has its hash.")]
EvidenceOption = Annotated[str, typer.Option(help="Kept here; the ledger has its hash.")]
OrderOption = Annotated[str, typer.Option(help="Reference of the order; kept here, its hash on the ledger.")]


def read_settings(home: Path | None, database: str | None, chain: str | None = None) -> Settings:
    """The settings of the environment, with what the command line says instead of it."""
    given: dict[str, Any] = {}
    if home is not None:
        given["home"] = home
    if database is not None:
        given["database"] = SecretStr(database)
    if chain is not None:
        given["chain"] = SecretStr(chain)
    return Settings(**given)


@dataclass(slots=True)
class Session:
    """What the root command hands to its subcommands."""

    settings: Settings
    _asked: SecretStr | None = field(default=None, repr=False)

    def passphrase(self, _key_name: str) -> str:
        """The passphrase of the environment, or the one asked for; asked once a command."""
        given = self.settings.given_passphrase()
        if given is not None:
            return given
        if self._asked is None:
            self._asked = SecretStr(typer.prompt("Passphrase", hide_input=True, err=True))
        return self._asked.get_secret_value()

    def choose_passphrase(self, key_name: str) -> str:
        """As `passphrase`, asked twice: for a ledger that is set up."""
        if self.settings.given_passphrase() is None and self._asked is None:
            self._asked = SecretStr(
                typer.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True)
            )
        return self.passphrase(key_name)


def session_of(context: typer.Context) -> Session:
    """The session that the root command made."""
    found = context.find_object(Session)
    if found is None:
        raise RuntimeError("a subcommand ran without the root command")
    return found


@contextmanager
def opened(context: typer.Context) -> Iterator[OpenLedger]:
    """The ledger of this command's home."""
    # Chain and store take seconds to load, and help and `invoice read` need neither.
    from counterfoil.bootstrap import open_ledger  # noqa: PLC0415 - the line above says why

    session = session_of(context)
    with open_ledger(session.settings, passphrase=session.passphrase) as ledger:
        yield ledger


@contextmanager
def workbench(context: typer.Context) -> Iterator[Workbench]:
    """What use cases work with, for the time of one command."""
    with opened(context) as ledger:
        yield ledger.bench


def parse_amount(text: str, currency: Currency, *, field: str) -> int:
    """A decimal amount such as 1234.56 in minor units, exactly.

    A text that is no amount is an error of usage; too many decimals are refused with AmountTooPrecise.
    """
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise typer.BadParameter(f"{field}: {text!r} is no amount; write for example 1234.56")
    return currency.minor(amount)


def parse_day(text: str | None, *, field: str) -> datetime | None:
    """The end of a day (UTC) written as YYYY-MM-DD, or None."""
    if text is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(23, 59, 59), UTC)
    except ValueError as unfit:
        raise typer.BadParameter(f"{field}: {text!r} is no date; write YYYY-MM-DD") from unfit


def registered_now(bench: Workbench, registration: str) -> datetime | None:
    """The time of the newest block where something was registered: no later than the next block's."""
    return datetime.fromtimestamp(bench.ledger.head()[1], UTC) if registration.strip() else None


def choose_day(bench: Workbench, day: str | None, in_days: int | None, *, field: str) -> datetime | None:
    """A day written out, or so many days from the ledger's now; None where neither is given."""
    if day is not None and in_days is not None:
        raise typer.BadParameter(f"{field}: give a date or a number of days, not both")
    if in_days is not None:
        return bench.now() + timedelta(days=in_days)
    return parse_day(day, field=field)


def say(sentence: str, outcome: Outcome | None = None) -> None:
    """What was done, and what it cost on the ledger."""
    console.print(sentence, markup=False, soft_wrap=True)
    if outcome is not None and outcome.receipts:
        console.print(f"[dim]block {outcome.block_number}, {outcome.gas_used:,} gas, {outcome.tx_hash}[/]")


def write_json(found: object) -> None:
    """JSON with characters as they are, for a program to read."""
    typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
