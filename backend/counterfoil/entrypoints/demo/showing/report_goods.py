"""The report's sections about goods: receipts with their lots, the loan and its value, stocks, liens."""

from __future__ import annotations

from decimal import Decimal

from lxml import etree

from counterfoil.domain.goods.good import Unit
from counterfoil.domain.money import Currency
from counterfoil.entrypoints.demo.goods.loan import exact_percent, percent
from counterfoil.entrypoints.demo.showing.goods_tables import day
from counterfoil.entrypoints.demo.showing.ltv_picture import ltv_picture
from counterfoil.entrypoints.demo.showing.markup import element, name
from counterfoil.entrypoints.demo.showing.report_tables import NOTHING, Column, state, table
from counterfoil.entrypoints.demo.showing.result import DemoResult, FacilityRow


def goods_section(result: DemoResult, names: dict[int, str]) -> etree._Element | None:
    """Everything about goods, or nothing where none were stored."""
    if not result.receipts:
        return None
    units = ", ".join(
        f"{code}: {Unit.of(code).name}" for code in dict.fromkeys(each.unit for each in result.receipts)
    )
    return element(
        "section",
        element("h2", "Goods on warehouse receipts"),
        element(
            "p",
            "A keeper took goods in, an inspector counted them, and a funder lent against the receipt. A"
            f" physical lot backs one live receipt; a receipt carries one lien. {units}.",
        ),
        element("h3", "Receipts"),
        _receipts(result, names),
        [_loan(loan, names) for loan in result.facilities],
        element("h3", "Stocks, and what an auditor found when the loan was paid"),
        _stocks(result, names),
    )


def stored_and_delivered(result: DemoResult) -> tuple[list[str], list[str]]:
    """Quantities by unit: on live receipts, and delivered."""
    sums: dict[tuple[bool, str], Decimal] = {}
    for each in result.receipts:
        if each.state != "cancelled":
            key = (each.state == "delivered", each.unit)
            sums[key] = sums.get(key, Decimal()) + Decimal(each.quantity)
    return (
        [f"{amount} {unit}" for (gone, unit), amount in sums.items() if not gone] or ["nothing"],
        [f"{amount} {unit}" for (gone, unit), amount in sums.items() if gone],
    )


def _receipts(result: DemoResult, names: dict[int, str]) -> etree._Element:
    return table(
        [
            Column("Receipt", True),
            Column("Goods"),
            Column("Quantity", True),
            Column("Declared value", True),
            Column("Holder"),
            Column("Keeper, site"),
            Column("Physical lots"),
            Column("State"),
        ],
        [
            [
                str(each.receipt_id),
                [name(each.good_name), element("div", each.good, class_="soft")],
                f"{each.quantity} {each.unit}",
                Currency.of(each.currency).format(each.value_minor),
                name(names[each.holder]),
                [name(names[each.keeper]), element("div", each.site, class_="soft")],
                [element("div", name(lot)) for lot in each.physical_lots],
                state(each.state),
            ]
            for each in result.receipts
        ],
    )


def _loan(loan: FacilityRow, names: dict[int, str]) -> list[etree._Element]:
    unit = Currency.of(loan.currency)
    heading = element(
        "h3",
        f"Loan against {', '.join(asset.replace(':', ' ') for asset in loan.assets)}",
        element("span", unit.format(loan.drawdown_minor)),
        element("span", "to ", name(names[loan.borrower]), class_="fact"),
        element("span", "by ", name(names[loan.funder]), class_="fact"),
        element("span", f"{percent(loan.rate_bps)} a year", class_="fact"),
        element("span", f"haircut {percent(loan.haircut_bps)}", class_="fact"),
        element("span", f"repaid with interest {unit.format(loan.repaid_minor)}", class_="fact"),
        state(loan.state),
    )
    course = table(
        [
            Column("Day"),
            Column("What happened"),
            Column("Price a unit", True),
            Column("Value after haircut", True),
            Column("Debt", True),
            Column("Loan-to-value", True),
        ],
        [
            [
                day(step.at),
                step.event,
                unit.format(step.price_minor),
                unit.format(step.value_minor),
                unit.format(step.debt_minor),
                exact_percent(step.ltv_bps) if step.debt_minor else NOTHING,
            ]
            for step in loan.course
        ],
    )
    return [heading, element("div", ltv_picture(loan), class_="wide"), course]


def _stocks(result: DemoResult, names: dict[int, str]) -> etree._Element:
    def counted(quantity: str, unit: str, inspector: int | None) -> str:
        return "never" if inspector is None else f"{quantity} {unit}"

    return table(
        [
            Column("Stock", True),
            Column("Keeper, site"),
            Column("Goods"),
            Column("Counted by"),
            Column("Counted, less delivered", True),
            Column("On live receipts", True),
            Column("Audit"),
        ],
        [
            [
                str(each.stock_id),
                [name(names[each.keeper]), element("div", each.site, class_="soft")],
                each.good,
                NOTHING if each.inspector is None else name(names[each.inspector]),
                counted(each.attested, each.unit, each.inspector),
                f"{each.receipted} {each.unit}",
                NOTHING
                if each.audit is None
                else f"{'; '.join(each.audit.differences) or 'agrees'}, {day(each.audit.at)}",
            ]
            for each in result.stocks
        ],
    )


def liens_rows(result: DemoResult, names: dict[int, str]) -> etree._Element:
    """Every lien ever placed."""
    return table(
        [
            Column("Asset"),
            Column("Pledgor"),
            Column("Pledgee"),
            Column("Secured", True),
            Column("Placed"),
            Column("Ended"),
            Column("State"),
        ],
        [
            [
                element("code", each.asset),
                name(names[each.pledgor]),
                name(names[each.pledgee]),
                Currency.of(each.currency).format(each.secured_minor),
                day(each.placed),
                NOTHING if each.ended is None else day(each.ended),
                state(each.state),
            ]
            for each in result.liens
        ],
    )
