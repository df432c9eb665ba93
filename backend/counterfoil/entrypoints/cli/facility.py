"""`counterfoil facility` and `counterfoil price`: loans over pools of assets whose value is watched."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from counterfoil.domain.money import Currency
from counterfoil.entrypoints.facility_terms_file import read_terms
from counterfoil.entrypoints.session import (
    ActorOption,
    FacilityArgument,
    JsonOption,
    console,
    parse_amount,
    registered_now,
    say,
    workbench,
    write_json,
)
from counterfoil.entrypoints.views.facility_views import facility_object, print_facility
from counterfoil.usecases.facilities.accept_facility import accept_facility
from counterfoil.usecases.facilities.add_asset import add_asset
from counterfoil.usecases.facilities.list_prices import PriceSheet, list_prices
from counterfoil.usecases.facilities.offer_facility import offer_facility
from counterfoil.usecases.facilities.post_price import post_price
from counterfoil.usecases.facilities.repay_facility import repay_facility
from counterfoil.usecases.facilities.show_facility import list_facilities, show_facility
from counterfoil.usecases.facilities.substitute_asset import substitute_asset
from counterfoil.usecases.facilities.withdraw_asset import withdraw_asset
from counterfoil.usecases.facilities.withdraw_facility import withdraw_facility
from counterfoil.usecases.goods_resolving import find_facility, find_good, good_text
from counterfoil.usecases.workbench import Workbench

facility_app = typer.Typer(help="Loans over pools of receipts, bills and lots.", no_args_is_help=True)
price_app = typer.Typer(help="What goods cost.", no_args_is_help=True)

PoolAssetArgument = Annotated[
    str, typer.Argument(metavar="ASSET", help="receipt:NUMBER, bill:NUMBER or lot:NOTE.SEGMENT.INDEX.")
]


def facility_currency(bench: Workbench, facility_id: int) -> Currency:
    """The currency of a facility."""
    return Currency.of_numeric(find_facility(bench, facility_id).terms.currency)


@price_app.command("post")
def post(
    context: typer.Context,
    good: Annotated[str, typer.Argument(metavar="GOOD", help="CODE:GRADE:UNIT, or its code where unique.")],
    amount: Annotated[str, typer.Argument(help="For one whole unit, for example 3850.00.")],
    currency: Annotated[str, typer.Argument(help="Three letters.")],
    *,
    actor: ActorOption,
) -> None:
    """Post what a good costs now, as a price source."""
    unit = Currency.of(currency)
    minor = parse_amount(amount, unit, field="amount")
    with workbench(context) as bench:
        priced = find_good(bench, good)
        outcome = post_price(bench, actor=actor, good=priced, currency=currency, price_minor=minor)
    say(f"{good_text(priced)} costs {unit.format(minor)} a unit.", outcome)


@price_app.command("list")
def list_posted(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """The newest price of each good, by source."""
    with workbench(context) as bench:
        sheets = list_prices(bench)
    if as_json:
        write_json([_price_object(sheet) for sheet in sheets])
        return
    table = Table("good", "price of a unit", "source", "observed")
    for sheet in sheets:
        table.add_row(
            escape(sheet.good_key.hex() if sheet.good is None else good_text(sheet.good)),
            sheet.currency.format(sheet.price.price_minor),
            escape(sheet.source_name),
            f"{sheet.observed_at:%Y-%m-%d %H:%M} UTC",
        )
    console.print(table)


def _price_object(sheet: PriceSheet) -> dict[str, object]:
    return {
        "good": None if sheet.good is None else good_text(sheet.good),
        "source": {"party_id": sheet.source_id, "name": sheet.source_name},
        "currency": sheet.currency.code,
        "price_minor": sheet.price.price_minor,
        "observed_at": sheet.observed_at.isoformat(),
    }


@facility_app.command("offer")
def offer(
    context: typer.Context,
    *,
    actor: ActorOption,
    terms: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="File of terms, YAML or JSON; options override it."),
    ] = None,
    borrower: Annotated[str | None, typer.Option(metavar="PARTY")] = None,
    currency: Annotated[str | None, typer.Option(help="Three letters.")] = None,
    principal: Annotated[str | None, typer.Option(help="For example 800000.00.")] = None,
    rate_bps: Annotated[str | None, typer.Option(help="Basis points a year: 450 is 4.5 %.")] = None,
    due_in_days: Annotated[str | None, typer.Option(help="Days until repayment.")] = None,
    price_source: Annotated[str | None, typer.Option(metavar="PARTY")] = None,
    draw_ltv_bps: Annotated[str | None, typer.Option(help="Most loan-to-value at drawdown.")] = None,
    call_ltv_bps: Annotated[
        str | None, typer.Option(help="Loan-to-value above which margin is called.")
    ] = None,
    minimum_value: Annotated[
        str | None, typer.Option(help="What must stay in pledge, after haircuts.")
    ] = None,
    agreement: Annotated[str | None, typer.Option(help="Kept here; the ledger has its hash.")] = None,
    registration: Annotated[str | None, typer.Option(help="Reference of the public registry.")] = None,
    goods: Annotated[
        list[str] | None,
        typer.Option("--good", metavar="GOOD=HAIRCUT_BPS", help="An agreed good, or lots; repeat for more."),
    ] = None,
    assets: Annotated[
        list[str] | None, typer.Option("--asset", help="What is to be pledged; repeat for more.")
    ] = None,
) -> None:
    """Offer a loan over a pool of assets to their holder, as a funder."""
    read = read_terms(
        terms,
        {
            "borrower": borrower,
            "currency": currency,
            "principal": principal,
            "rate_bps": rate_bps,
            "due_in_days": due_in_days,
            "price_source": price_source,
            "draw_ltv_bps": draw_ltv_bps,
            "call_ltv_bps": call_ltv_bps,
            "minimum_value": minimum_value,
            "agreement": agreement,
            "registration": registration,
            "goods": _haircuts(goods),
            "assets": assets or None,
        },
    )
    with workbench(context) as bench:
        plan = read.plan(now=bench.now(), registered_at=registered_now(bench, read.registration))
        offered = offer_facility(bench, actor=actor, plan=plan)
        principal_text = facility_currency(bench, offered.facility_id).format(plan.principal_minor)
    say(
        f"Facility {offered.facility_id}: {principal_text} over {len(plan.assets)} assets is offered.",
        offered,
    )


def _haircuts(goods: list[str] | None) -> dict[str, str] | None:
    if not goods:
        return None
    found = {}
    for text in goods:
        good, separator, haircut = text.rpartition("=")
        if not separator:
            raise typer.BadParameter(f"--good: {text!r} is not GOOD=HAIRCUT_BPS")
        found[good.strip()] = haircut.strip()
    return found


@facility_app.command()
def withdraw(context: typer.Context, facility: FacilityArgument, *, actor: ActorOption) -> None:
    """Take an offer back, as its funder."""
    with workbench(context) as bench:
        outcome = withdraw_facility(bench, actor=actor, facility_id=facility)
    say(f"The offer {facility} is withdrawn.", outcome)


@facility_app.command()
def accept(context: typer.Context, facility: FacilityArgument, *, actor: ActorOption) -> None:
    """Take an offer, as the borrower: every asset is pledged and the money paid at once."""
    with workbench(context) as bench:
        outcome = accept_facility(bench, actor=actor, facility_id=facility)
        ltv_bps = show_facility(bench, facility_id=facility).valuation.ltv_bps
    say(f"Facility {facility} is drawn down at a loan-to-value of {ltv_bps / 100:.2f} %.", outcome)


@facility_app.command()
def add(
    context: typer.Context, facility: FacilityArgument, asset: PoolAssetArgument, *, actor: ActorOption
) -> None:
    """Put a further asset into the pool, as the borrower."""
    with workbench(context) as bench:
        outcome = add_asset(bench, actor=actor, facility_id=facility, asset=asset)
    say(f"{asset} is in the pool of facility {facility}.", outcome)


@facility_app.command()
def substitute(
    context: typer.Context,
    facility: FacilityArgument,
    asset: PoolAssetArgument,
    replacement: Annotated[str, typer.Argument(metavar="REPLACEMENT", help="Equal or better.")],
    *,
    actor: ActorOption,
) -> None:
    """Put equal or better goods in the place of an asset, as the borrower."""
    with workbench(context) as bench:
        outcome = substitute_asset(
            bench, actor=actor, facility_id=facility, asset=asset, replacement=replacement
        )
    say(f"{replacement} is in the pool of facility {facility}, and {asset} is free.", outcome)


@facility_app.command("withdraw-asset")
def take_out(
    context: typer.Context, facility: FacilityArgument, asset: PoolAssetArgument, *, actor: ActorOption
) -> None:
    """Take an asset out of the floating pool, as the borrower."""
    with workbench(context) as bench:
        outcome = withdraw_asset(bench, actor=actor, facility_id=facility, asset=asset)
    say(f"{asset} is free.", outcome)


@facility_app.command()
def repay(
    context: typer.Context,
    facility: FacilityArgument,
    *,
    actor: ActorOption,
    amount: Annotated[str | None, typer.Option(help="A part; default: whatever is owed now.")] = None,
) -> None:
    """Pay back, as the borrower, interest first; the last cent frees every asset."""
    with workbench(context) as bench:
        currency = facility_currency(bench, facility)
        minor = None if amount is None else parse_amount(amount, currency, field="--amount")
        paid = repay_facility(bench, actor=actor, facility_id=facility, amount_minor=minor)
    say(
        f"Paid {currency.format(paid.interest_minor)} of interest and"
        f" {currency.format(paid.principal_minor)} of principal"
        + ("; the facility is closed." if paid.closed else "."),
        paid,
    )


@facility_app.command()
def show(context: typer.Context, facility: FacilityArgument, *, as_json: JsonOption = False) -> None:
    """A facility with its pool valued now."""
    with workbench(context) as bench:
        sheet = show_facility(bench, facility_id=facility)
    if as_json:
        write_json(facility_object(sheet))
        return
    print_facility(sheet)


@facility_app.command("list")
def list_all(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Every facility, with debt and value now."""
    with workbench(context) as bench:
        sheets = list_facilities(bench)
    if as_json:
        write_json([facility_object(sheet) for sheet in sheets])
        return
    table = Table("no.", "funder", "borrower", "state", "debt", "value", "due")
    for sheet in sheets:
        table.add_row(
            str(sheet.facility.facility_id),
            escape(sheet.funder_name),
            escape(sheet.borrower_name),
            sheet.facility.state.name.lower(),
            sheet.currency.format(sheet.valuation.debt_minor),
            sheet.currency.format(sheet.valuation.value_minor),
            f"{datetime.fromtimestamp(sheet.facility.terms.due_at_s, UTC):%Y-%m-%d}",
        )
    console.print(table)
