"""`counterfoil stock`: keepers' goods, inspectors' counts, their limits, and the auditor's comparison."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from counterfoil.domain.goods.good import Good, Site, Unit
from counterfoil.domain.money import Currency
from counterfoil.entrypoints.session import (
    ActorOption,
    EvidenceOption,
    JsonOption,
    StockArgument,
    console,
    parse_amount,
    say,
    workbench,
    write_json,
)
from counterfoil.usecases.goods_resolving import good_text
from counterfoil.usecases.receipts.attest_stock import attest_stock
from counterfoil.usecases.receipts.audit_stock import AuditReport, StockAudit, audit_stock
from counterfoil.usecases.receipts.list_stocks import StockSheet, list_stocks
from counterfoil.usecases.receipts.open_stock import open_stock
from counterfoil.usecases.receipts.set_attestation_age import set_attestation_age
from counterfoil.usecases.receipts.set_exposure_cap import set_exposure_cap

stock_app = typer.Typer(help="Goods in keepers' hands, as inspectors counted them.", no_args_is_help=True)


@stock_app.command("open")
def open_one(
    context: typer.Context,
    *,
    actor: ActorOption,
    site: Annotated[str, typer.Option(help="Code of the place, for example CNTAO-DAGANG-7.")],
    code: Annotated[str, typer.Option("--good", help="Code of the good, for example HRC-Q235B.")],
    grade: Annotated[str, typer.Option(help="Grade of the good.")],
    unit: Annotated[str, typer.Option(help="UN/ECE Recommendation 20 code, for example TNE.")],
    decimals: Annotated[int | None, typer.Option(min=0, help="Of the unit; default: 3, pieces 0.")] = None,
    name: Annotated[str, typer.Option(help="The good in words.")] = "",
) -> None:
    """Open a stock, as its keeper: one good at one site."""
    good = Good(code=code, grade=grade, unit=Unit.of(unit, decimals=decimals), name=name)
    with workbench(context) as bench:
        opened = open_stock(bench, actor=actor, site=Site(site), good=good)
    say(f"Stock {opened.stock_id}: {good_text(good)} at {site}.", opened)


@stock_app.command()
def attest(
    context: typer.Context,
    stock: StockArgument,
    *,
    actor: ActorOption,
    quantity: Annotated[str, typer.Option(help="All that lies there, for example 99.870; 0 for nothing.")],
    evidence: EvidenceOption,
) -> None:
    """Record a count, as an inspector that is not the keeper."""
    with workbench(context) as bench:
        outcome = attest_stock(bench, actor=actor, stock_id=stock, quantity=quantity, evidence=evidence)
        fresh_until = datetime.fromtimestamp(bench.read_model.state.stocks[stock].fresh_until_s, UTC)
    say(f"Stock {stock}: {quantity} counted, fresh until {fresh_until:%Y-%m-%d %H:%M:%S} UTC.", outcome)


@stock_app.command("age")
def set_age(
    context: typer.Context, *, days: Annotated[int, typer.Option(min=1, help="How long a count is fresh.")]
) -> None:
    """Set how long counts that come after this are fresh, as the governor."""
    with workbench(context) as bench:
        outcome = set_attestation_age(bench, max_age_s=int(timedelta(days=days).total_seconds()))
    say(f"Counts are fresh for {days} days.", outcome)


@stock_app.command("cap")
def set_cap(
    context: typer.Context,
    amount: Annotated[str, typer.Argument(help="For example 5000000.00.")],
    currency: Annotated[str, typer.Argument(help="Three letters.")],
    *,
    keeper: Annotated[str, typer.Option(metavar="PARTY", help="The keeper.")],
) -> None:
    """Set how much a keeper's live receipts may be worth, as the governor; none may be issued before."""
    unit = Currency.of(currency)
    minor = parse_amount(amount, unit, field="amount")
    with workbench(context) as bench:
        outcome = set_exposure_cap(bench, keeper=keeper, currency=currency, cap_minor=minor)
    say(f"Receipts of keeper {keeper} may be worth {unit.format(minor)}.", outcome)


@stock_app.command("list")
def list_all(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Stocks, with the newest count of each."""
    with workbench(context) as bench:
        sheets = list_stocks(bench)
    if as_json:
        write_json([_stock_object(sheet) for sheet in sheets])
        return
    table = Table("no.", "keeper", "good", "site", "counted", "under receipts", "count fresh until")
    for sheet in sheets:
        table.add_row(
            str(sheet.stock.stock_id),
            escape(sheet.keeper_name),
            escape(_good(sheet)),
            escape(sheet.site.code if sheet.site else sheet.stock.site.hex()),
            sheet.amount(sheet.stock.attested),
            sheet.amount(sheet.stock.receipted),
            _fresh(sheet),
        )
    console.print(table)


@stock_app.command("audit")
def audit(
    context: typer.Context,
    *,
    keeper: Annotated[str | None, typer.Option(metavar="PARTY", help="Only this keeper's stocks.")] = None,
    site: Annotated[str | None, typer.Option(help="Only stocks at this site.")] = None,
    good: Annotated[str | None, typer.Option(help="Only of this good: CODE:GRADE:UNIT, or its code.")] = None,
    block: Annotated[int | None, typer.Option(min=0, help="As of this block; default: the newest.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare receipts with attested stock, at any block. Exit code 1 if anything differs."""
    with workbench(context) as bench:
        report = audit_stock(bench, keeper=keeper, site=site, good=good, block_number=block)
    if as_json:
        write_json(_audit_object(report))
    else:
        _print_audit(report)
    if not report.agrees:
        raise typer.Exit(1)


def _print_audit(report: AuditReport) -> None:
    if not report.stocks:
        say(f"No stock fits at block {report.block_number}: nothing was compared.")
        return
    table = Table("stock", "keeper", "good", "site", "counted", "receipts", "in drafts")
    for each in report.stocks:
        sheet = each.sheet
        table.add_row(
            str(sheet.stock.stock_id),
            escape(sheet.keeper_name),
            escape(_good(sheet)),
            escape(sheet.site.code if sheet.site else sheet.stock.site.hex()),
            sheet.amount(sheet.stock.attested),
            f"{sheet.amount(each.live_steps)} in {len(each.live)}",
            sheet.amount(sum(draft.quantity for draft in each.drafts)),
        )
    console.print(table)
    for each in report.stocks:
        for difference in each.differences:
            say(f"stock {each.sheet.stock.stock_id}: {difference}")
    verdict = "Receipts agree with the attested stock" if report.agrees else "Receipts and stock differ"
    say(f"{verdict} at block {report.block_number}.")


def _good(sheet: StockSheet) -> str:
    return sheet.stock.good.hex() if sheet.good is None else good_text(sheet.good)


def _fresh(sheet: StockSheet) -> str:
    if sheet.stock.attested_at_s == 0:
        return "never counted"
    until = datetime.fromtimestamp(sheet.stock.fresh_until_s, UTC)
    return f"{until:%Y-%m-%d %H:%M} UTC" + ("" if sheet.fresh else ", over")


def _stock_object(sheet: StockSheet) -> dict[str, object]:
    stock = sheet.stock
    return {
        "stock_id": stock.stock_id,
        "keeper": {"party_id": stock.keeper_id, "name": sheet.keeper_name},
        "good": _good(sheet),
        "site": None if sheet.site is None else sheet.site.code,
        "decimals": stock.decimals,
        "attested_steps": stock.attested,
        "receipted_steps": stock.receipted,
        "attested_at_s": stock.attested_at_s,
        "fresh_until_s": stock.fresh_until_s,
        "fresh": sheet.fresh,
    }


def _audit_object(report: AuditReport) -> dict[str, object]:
    return {
        "block_number": report.block_number,
        "at_s": report.at_s,
        "agrees": report.agrees,
        "stocks": [_audited_object(each) for each in report.stocks],
    }


def _audited_object(each: StockAudit) -> dict[str, object]:
    return {
        **_stock_object(each.sheet),
        "live_receipts": [receipt.receipt_id for receipt in each.live],
        "live_steps": each.live_steps,
        "lot_steps": each.lot_steps,
        "drafts": [receipt.receipt_id for receipt in each.drafts],
        "differences": list(each.differences),
    }
