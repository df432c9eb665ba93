"""`counterfoil finance`: loans against lots, and their purchase."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from counterfoil.domain.money import Currency
from counterfoil.entrypoints.cli.lot import currency_of_lot, maturity_of_lot
from counterfoil.entrypoints.session import (
    ActorOption,
    FinancingArgument,
    JsonOption,
    LotArgument,
    choose_day,
    console,
    parse_amount,
    parse_day,
    registered_now,
    say,
    workbench,
    write_json,
)
from counterfoil.usecases.financing.accept_offer import accept_offer
from counterfoil.usecases.financing.list_financings import FinancingSheet, list_financings
from counterfoil.usecases.financing.mark_defaulted import mark_defaulted
from counterfoil.usecases.financing.offer_loan import offer_loan
from counterfoil.usecases.financing.offer_purchase import offer_purchase
from counterfoil.usecases.financing.repay_loan import repay_loan
from counterfoil.usecases.financing.withdraw_offer import withdraw_offer
from counterfoil.usecases.resolving import find_financing, lot_text

finance_app = typer.Typer(help="Loans against lots, and their purchase.", no_args_is_help=True)

_OPEN_FOR = timedelta(days=7)
ExpiresOption = Annotated[
    str | None,
    typer.Option(metavar="YYYY-MM-DD", help="Last day of the offer; default: seven days from now."),
]
AgreementOption = Annotated[str, typer.Option(help="The agreement; the ledger has its hash.")]


@finance_app.command("offer-loan")
def offer_a_loan(
    context: typer.Context,
    lot: LotArgument,
    *,
    actor: ActorOption,
    principal: Annotated[str, typer.Option(help="For example 50000.00.")],
    rate_bps: Annotated[int, typer.Option(min=0, max=10_000, help="Basis points a year: 450 is 4.5 %.")],
    agreement: AgreementOption,
    due: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM-DD", help="Last day of repayment; default: the note's maturity."),
    ] = None,
    due_in_days: Annotated[int | None, typer.Option(min=1, help="Or: so many days from now.")] = None,
    expires: ExpiresOption = None,
    day_basis: Annotated[int, typer.Option(help="360 or 365.")] = 360,
    registration: Annotated[str, typer.Option(help="Reference of the public registry.")] = "",
) -> None:
    """Offer a loan against a lot, as a funder."""
    with workbench(context) as bench:
        due_at = choose_day(bench, due, due_in_days, field="--due") or maturity_of_lot(bench, lot)
        offered = offer_loan(
            bench,
            actor=actor,
            lot=lot,
            principal_minor=parse_amount(principal, currency_of_lot(bench, lot), field="--principal"),
            rate_bps=rate_bps,
            day_basis=day_basis,
            due_at=due_at,
            # An offer cannot outlive the day on which the loan would be due.
            expires_at=parse_day(expires, field="--expires") or min(bench.now() + _OPEN_FOR, due_at),
            agreement=agreement,
            registration=registration,
            registered_at=registered_now(bench, registration),
        )
    say(f"Financing {offered.financing_id}: a loan against lot {lot} is offered.", offered)


@finance_app.command("offer-purchase")
def offer_a_purchase(
    context: typer.Context,
    lot: LotArgument,
    *,
    actor: ActorOption,
    price: Annotated[str, typer.Option(help="For example 98500.00.")],
    agreement: AgreementOption,
    expires: ExpiresOption = None,
) -> None:
    """Offer to buy a lot without recourse, as a funder."""
    with workbench(context) as bench:
        offered = offer_purchase(
            bench,
            actor=actor,
            lot=lot,
            price_minor=parse_amount(price, currency_of_lot(bench, lot), field="--price"),
            expires_at=parse_day(expires, field="--expires") or bench.now() + _OPEN_FOR,
            agreement=agreement,
        )
    say(f"Financing {offered.financing_id}: an offer for lot {lot} is made.", offered)


@finance_app.command()
def accept(context: typer.Context, financing: FinancingArgument, *, actor: ActorOption) -> None:
    """Take an offer, as the lot's holder: money and asset change hands at once."""
    with workbench(context) as bench:
        outcome = accept_offer(bench, actor=actor, financing_id=financing)
    done = "drawn down" if outcome.operation == "accept_loan" else "done: the lot is sold and paid"
    say(f"Financing {financing} is {done}.", outcome)


@finance_app.command()
def withdraw(context: typer.Context, financing: FinancingArgument, *, actor: ActorOption) -> None:
    """Take an offer back, as its funder."""
    with workbench(context) as bench:
        outcome = withdraw_offer(bench, actor=actor, financing_id=financing)
    say(f"The offer {financing} is withdrawn.", outcome)


@finance_app.command()
def repay(
    context: typer.Context,
    financing: FinancingArgument,
    *,
    actor: ActorOption,
    amount: Annotated[str | None, typer.Option(help="A part; default: whatever is owed now.")] = None,
) -> None:
    """Pay a loan back, as the borrower; interest first."""
    with workbench(context) as bench:
        currency = Currency.of_numeric(find_financing(bench, financing).currency)
        minor = None if amount is None else parse_amount(amount, currency, field="--amount")
        outcome = repay_loan(bench, actor=actor, financing_id=financing, amount_minor=minor)
    say(
        f"Paid {currency.format(outcome.interest_minor)} of interest and"
        f" {currency.format(outcome.principal_minor)} of principal"
        + ("; the loan is closed." if outcome.closed else "."),
        outcome,
    )


@finance_app.command("default")
def default(context: typer.Context, financing: FinancingArgument, *, actor: ActorOption) -> None:
    """Record that a loan was not paid when due, as its funder."""
    with workbench(context) as bench:
        outcome = mark_defaulted(bench, actor=actor, financing_id=financing)
    say(f"Loan {financing} is in default.", outcome)


@finance_app.command("list")
def list_all(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Offers, loans and purchases."""
    with workbench(context) as bench:
        sheets = list_financings(bench)
    if as_json:
        write_json([_object(sheet) for sheet in sheets])
        return
    table = Table("no.", "kind", "lot", "funder", "holder", "state")
    for heading in ("amount", "repaid", "owed now"):
        table.add_column(heading, justify="right")
    for sheet in sheets:
        financing = sheet.financing
        table.add_row(
            str(financing.financing_id),
            financing.kind.name.lower(),
            lot_text(financing.lot_id),
            escape(sheet.funder_name),
            escape(sheet.holder_name or ""),
            financing.state.name.lower().replace("_", " "),
            sheet.currency.format(financing.amount_minor),
            sheet.currency.format(financing.repaid_minor),
            sheet.currency.format(sheet.debt_minor),
        )
    console.print(table)


def _object(sheet: FinancingSheet) -> dict[str, object]:
    financing = sheet.financing
    return {
        "financing_id": financing.financing_id,
        "kind": financing.kind.name.lower(),
        "lot": lot_text(financing.lot_id),
        "note_id": financing.lot_id.note_id,
        "first": sheet.lot.first,
        "last": sheet.lot.last,
        "funder": {"party_id": financing.funder_id, "name": sheet.funder_name},
        "holder": None
        if financing.holder_id is None
        else {"party_id": financing.holder_id, "name": sheet.holder_name},
        "currency": sheet.currency.code,
        "amount_minor": financing.amount_minor,
        "drawdown_minor": financing.drawdown_minor,
        "repaid_minor": financing.repaid_minor,
        "debt_minor": sheet.debt_minor,
        "state": financing.state.name.lower(),
    }
