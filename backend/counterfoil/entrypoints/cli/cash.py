"""`counterfoil cash`: a bank's money on the ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from counterfoil.domain.money import Currency
from counterfoil.entrypoints.session import ActorOption, JsonOption, parse_amount, say, workbench, write_json
from counterfoil.usecases.cash.attest_payout import attest_payout
from counterfoil.usecases.cash.issue_cash import issue_cash
from counterfoil.usecases.cash.redeem_cash import redeem_cash
from counterfoil.usecases.cash.transfer_cash import transfer_cash
from counterfoil.usecases.parties.list_parties import show_party

cash_app = typer.Typer(help="A bank's money on the ledger.", no_args_is_help=True)

AmountArgument = Annotated[str, typer.Argument(metavar="AMOUNT", help="For example 1234.56.")]
CurrencyArgument = Annotated[str, typer.Argument(metavar="CURRENCY", help="Three letters, for example EUR.")]


@cash_app.command()
def issue(
    context: typer.Context,
    amount: AmountArgument,
    currency: CurrencyArgument,
    *,
    to: Annotated[str, typer.Option(metavar="PARTY", help="Whose deposit it is.")],
    deposit: Annotated[str, typer.Option(help="The bank's reference of the deposit; it is booked once.")],
) -> None:
    """Book a deposit; the bank signs."""
    unit = Currency.of(currency)
    minor = parse_amount(amount, unit, field="AMOUNT")
    with workbench(context) as bench:
        outcome = issue_cash(bench, party=to, currency=currency, amount_minor=minor, deposit=deposit)
    say(f"{unit.format(minor)} issued.", outcome)


@cash_app.command()
def redeem(
    context: typer.Context,
    amount: AmountArgument,
    currency: CurrencyArgument,
    *,
    actor: ActorOption,
    account: Annotated[str, typer.Option(help="Where to pay; kept here, the ledger has its hash.")],
) -> None:
    """Take cash off the ledger; the bank owes the payment from here on."""
    unit = Currency.of(currency)
    minor = parse_amount(amount, unit, field="AMOUNT")
    with workbench(context) as bench:
        outcome = redeem_cash(bench, actor=actor, currency=currency, amount_minor=minor, account=account)
    say(f"Redemption {outcome.redemption_id}: {unit.format(minor)} to be paid.", outcome)


@cash_app.command("attest")
def attest(
    context: typer.Context,
    redemption: Annotated[int, typer.Argument(metavar="REDEMPTION", min=1)],
    *,
    payment: Annotated[str, typer.Option(help="The bank's reference of the payment.")],
) -> None:
    """Record that a redemption was paid; the bank signs."""
    with workbench(context) as bench:
        outcome = attest_payout(bench, redemption_id=redemption, payment=payment)
    say(f"Redemption {redemption} is paid.", outcome)


@cash_app.command()
def transfer(
    context: typer.Context,
    amount: AmountArgument,
    currency: CurrencyArgument,
    *,
    actor: ActorOption,
    to: Annotated[str, typer.Option(metavar="PARTY", help="Who is paid.")],
    reference: Annotated[str, typer.Option(help="What it is for.")],
) -> None:
    """Pay another party."""
    unit = Currency.of(currency)
    minor = parse_amount(amount, unit, field="AMOUNT")
    with workbench(context) as bench:
        outcome = transfer_cash(
            bench, actor=actor, to=to, currency=currency, amount_minor=minor, reference=reference
        )
    say(f"{unit.format(minor)} transferred.", outcome)


@cash_app.command()
def balance(
    context: typer.Context,
    party: Annotated[str, typer.Argument(metavar="PARTY")],
    *,
    as_json: JsonOption = False,
) -> None:
    """What a party has."""
    with workbench(context) as bench:
        sheet = show_party(bench, party=party)
    if as_json:
        write_json([{"currency": unit.code, "minor": minor} for unit, minor in sheet.balances_minor])
        return
    for unit, minor in sheet.balances_minor:
        say(unit.format(minor))
    if not sheet.balances_minor:
        say("No cash.")
