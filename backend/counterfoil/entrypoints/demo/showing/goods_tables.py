"""Receipts, loans against goods, liens and stocks as tables on a console."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape
from rich.table import Table

from counterfoil.domain.money import Currency
from counterfoil.entrypoints.demo.goods.loan import exact_percent, percent
from counterfoil.entrypoints.demo.showing.result import DemoResult
from counterfoil.entrypoints.demo.showing.table_shape import names_by_party, plain_table


def goods_tables(result: DemoResult) -> Iterator[Table]:
    """In the order in which a lender asks."""
    yield _receipts(result)
    yield _stocks(result)
    yield _loans(result)
    yield _course(result)


def liens_table(result: DemoResult) -> Table:
    """Every lien ever placed, over notes and receipts alike."""
    table = plain_table(
        "Liens over notes and receipts",
        "asset",
        "pledgor",
        "pledgee",
        "secured",
        "placed",
        "ended",
        "state",
        right=("secured",),
    )
    names = names_by_party(result)
    for lien in result.liens:
        secured = Currency.of(lien.currency).format(lien.secured_minor)
        table.add_row(
            lien.asset,
            escape(names[lien.pledgor]),
            escape(names[lien.pledgee]),
            secured,
            day(lien.placed),
            "" if lien.ended is None else day(lien.ended),
            lien.state,
        )
    return table


def day(moment: str) -> str:
    """The day of a time in ISO 8601."""
    return moment[:10]


def _receipts(result: DemoResult) -> Table:
    table = plain_table(
        "Warehouse receipts",
        "receipt",
        "good",
        "quantity",
        "declared value",
        "holder",
        "keeper",
        "physical lots",
        "state",
        right=("receipt", "quantity", "declared value"),
    )
    names = names_by_party(result)
    for receipt in result.receipts:
        table.add_row(
            str(receipt.receipt_id),
            escape(f"{receipt.good_name}\n{receipt.good}".strip()),
            f"{receipt.quantity} {receipt.unit}",
            Currency.of(receipt.currency).format(receipt.value_minor),
            escape(names[receipt.holder]),
            escape(names[receipt.keeper]),
            escape("\n".join(receipt.physical_lots)),
            receipt.state,
        )
        table.add_section()
    return table


def _stocks(result: DemoResult) -> Table:
    right = ("stock", "counted", "on receipts")
    table = plain_table(
        "Stocks", "stock", "keeper", "site", "good", "counted", "on receipts", "audit", right=right
    )
    names = names_by_party(result)
    for stock in result.stocks:
        audit = stock.audit
        table.add_row(
            str(stock.stock_id),
            escape(names[stock.keeper]),
            escape(stock.site),
            escape(stock.good),
            "never" if stock.inspector is None else f"{stock.attested} {stock.unit}",
            f"{stock.receipted} {stock.unit}",
            "" if audit is None else escape("; ".join(audit.differences) or "agrees"),
        )
    return table


def _loans(result: DemoResult) -> Table:
    right = ("drawdown", "repaid", "rate", "haircut", "call above")
    table = plain_table(
        "Loans against goods",
        "borrower",
        "funder",
        "assets",
        "drawdown",
        "repaid",
        "rate",
        "haircut",
        "call above",
        "state",
        right=right,
    )
    names = names_by_party(result)
    for loan in result.facilities:
        unit = Currency.of(loan.currency)
        table.add_row(
            escape(names[loan.borrower]),
            escape(names[loan.funder]),
            ", ".join(loan.assets),
            unit.format(loan.drawdown_minor),
            unit.format(loan.repaid_minor),
            percent(loan.rate_bps),
            percent(loan.haircut_bps),
            percent(loan.call_ltv_bps),
            loan.state,
        )
    return table


def _course(result: DemoResult) -> Table:
    right = ("price", "value after haircut", "debt", "loan-to-value")
    table = plain_table(
        "Loan-to-value",
        "day",
        "what happened",
        "price",
        "value after haircut",
        "debt",
        "loan-to-value",
        right=right,
    )
    for loan in result.facilities:
        unit = Currency.of(loan.currency)
        for step in loan.course:
            table.add_row(
                day(step.at),
                step.event,
                unit.format(step.price_minor),
                unit.format(step.value_minor),
                unit.format(step.debt_minor),
                exact_percent(step.ltv_bps) if step.debt_minor else "",
            )
    return table
