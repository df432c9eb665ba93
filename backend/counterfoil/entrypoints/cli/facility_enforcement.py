"""`counterfoil facility call`, `default`, `take`, `sell`, `buy` and the sale of the claim."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from counterfoil.entrypoints.cli.facility import PoolAssetArgument, facility_currency
from counterfoil.entrypoints.session import (
    ActorOption,
    FacilityArgument,
    parse_amount,
    say,
    workbench,
)
from counterfoil.usecases.facilities.buy_asset import buy_asset
from counterfoil.usecases.facilities.call_margin import call_margin
from counterfoil.usecases.facilities.lift_margin_call import lift_margin_call
from counterfoil.usecases.facilities.mark_facility_defaulted import mark_facility_defaulted
from counterfoil.usecases.facilities.offer_claim import offer_claim
from counterfoil.usecases.facilities.offer_sale import offer_sale
from counterfoil.usecases.facilities.show_facility import show_facility
from counterfoil.usecases.facilities.take_asset import take_asset
from counterfoil.usecases.facilities.take_claim import take_claim

PriceOption = Annotated[str, typer.Option(help="For example 48000.00.")]
DaysOption = Annotated[int, typer.Option("--in-days", min=1, help="Days until the offer expires.")]


def mount_enforcement(facility_app: typer.Typer) -> None:
    """Add the commands to `facility`."""
    facility_app.command("call")(call)
    facility_app.command("lift")(lift)
    facility_app.command("default")(default)
    facility_app.command("take")(take)
    facility_app.command("sell")(sell)
    facility_app.command("buy")(buy)
    facility_app.command("offer-claim")(offer_the_claim)
    facility_app.command("take-claim")(take_the_claim)


def call(context: typer.Context, facility: FacilityArgument, *, actor: ActorOption) -> None:
    """Call for margin, as the funder, where the loan-to-value is above the call limit."""
    with workbench(context) as bench:
        outcome = call_margin(bench, actor=actor, facility_id=facility)
        deadline = show_facility(bench, facility_id=facility).call_deadline
    until = "" if deadline is None else f" until {deadline:%Y-%m-%d %H:%M:%S} UTC"
    say(f"Facility {facility}: margin is called{until}.", outcome)


def lift(context: typer.Context, facility: FacilityArgument, *, actor: ActorOption) -> None:
    """End a margin call, as funder or borrower, once the loan-to-value is within the limit."""
    with workbench(context) as bench:
        outcome = lift_margin_call(bench, actor=actor, facility_id=facility)
    say(f"Facility {facility}: the margin call is lifted.", outcome)


def default(context: typer.Context, facility: FacilityArgument, *, actor: ActorOption) -> None:
    """Record that the debt was not paid when due, as the funder."""
    with workbench(context) as bench:
        outcome = mark_facility_defaulted(bench, actor=actor, facility_id=facility)
    say(f"Facility {facility} is in default.", outcome)


def take(
    context: typer.Context,
    facility: FacilityArgument,
    asset: PoolAssetArgument,
    *,
    actor: ActorOption,
    price: PriceOption,
) -> None:
    """Take an asset over, as the funder in enforcement; what is above the debt goes to the borrower."""
    with workbench(context) as bench:
        currency = facility_currency(bench, facility)
        taken = take_asset(
            bench,
            actor=actor,
            facility_id=facility,
            asset=asset,
            price_minor=parse_amount(price, currency, field="--price"),
        )
    say(f"{asset} is yours; surplus to the borrower: {currency.format(taken.surplus_minor)}.", taken)


def sell(
    context: typer.Context,
    facility: FacilityArgument,
    asset: PoolAssetArgument,
    *,
    actor: ActorOption,
    buyer: Annotated[str, typer.Option(metavar="PARTY", help="Who may buy it.")],
    price: PriceOption,
    days: DaysOption = 7,
) -> None:
    """Offer an asset to a buyer, as the funder in enforcement."""
    with workbench(context) as bench:
        currency = facility_currency(bench, facility)
        outcome = offer_sale(
            bench,
            actor=actor,
            facility_id=facility,
            asset=asset,
            buyer=buyer,
            price_minor=parse_amount(price, currency, field="--price"),
            expires_at=bench.now() + timedelta(days=days),
        )
    say(f"{asset} is offered to {buyer}.", outcome)


def buy(
    context: typer.Context, facility: FacilityArgument, asset: PoolAssetArgument, *, actor: ActorOption
) -> None:
    """Buy an asset in enforcement, as the buyer: money and asset change hands at once."""
    with workbench(context) as bench:
        outcome = buy_asset(bench, actor=actor, facility_id=facility, asset=asset)
    say(f"{asset} is yours.", outcome)


def offer_the_claim(
    context: typer.Context,
    facility: FacilityArgument,
    *,
    actor: ActorOption,
    to: Annotated[str, typer.Option(metavar="PARTY", help="The other funder.")],
    price: PriceOption,
    agreement: Annotated[str, typer.Option(help="Kept here; the ledger has its hash.")],
    days: DaysOption = 7,
) -> None:
    """Offer the claim with its liens to another funder."""
    with workbench(context) as bench:
        currency = facility_currency(bench, facility)
        outcome = offer_claim(
            bench,
            actor=actor,
            facility_id=facility,
            to=to,
            price_minor=parse_amount(price, currency, field="--price"),
            expires_at=bench.now() + timedelta(days=days),
            agreement=agreement,
        )
    say(f"The claim of facility {facility} is offered to {to}.", outcome)


def take_the_claim(context: typer.Context, facility: FacilityArgument, *, actor: ActorOption) -> None:
    """Take an offered claim, as the other funder: liens and money change hands at once."""
    with workbench(context) as bench:
        outcome = take_claim(bench, actor=actor, facility_id=facility)
    say(f"The claim of facility {facility} is yours.", outcome)
