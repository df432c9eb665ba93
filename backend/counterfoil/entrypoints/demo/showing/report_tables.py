"""The sections of the report that are tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from counterfoil.domain.lot import LotId
from counterfoil.domain.money import Currency
from counterfoil.entrypoints.demo.showing.markup import element, name
from counterfoil.entrypoints.demo.showing.result import DemoResult
from counterfoil.usecases.notes.show_note import LotNode, NoteSheet


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and whether its cells are figures."""

    title: str
    number: bool = False


Row = Sequence[object]
NOTHING = "\N{EM DASH}"


def table(
    columns: Sequence[Column], rows: Sequence[Row], *, sums: frozenset[int] = frozenset()
) -> etree._Element:
    """A table. sums: rows that add others up."""

    def cell(tag: str, column: Column, content: object) -> etree._Element:
        made = element(tag, content)
        if column.number:
            made.set("class", "number")
        return made

    body = []
    for index, row in enumerate(rows):
        line = element("tr", [cell("td", column, each) for column, each in zip(columns, row, strict=True)])
        if index in sums:
            line.set("class", "sum")
        body.append(line)
    head = element("tr", [cell("th", column, column.title) for column in columns])
    return element("div", element("table", element("thead", head), element("tbody", body)), class_="wide")


def parties_table(result: DemoResult) -> etree._Element:
    """Who takes part, nearest to the core enterprise first."""
    parties = sorted(result.parties, key=lambda each: (each.tier is None, each.tier or 0, each.id))
    return table(
        [Column("Tier", True), Column("Party", True), Column("Name"), Column("Role"), Column("Identifiers")],
        [
            [
                NOTHING if party.tier is None else str(party.tier),
                str(party.id),
                name(party.name),
                ", ".join(party.roles).replace("_", " "),
                element("code", "  ".join(party.identifiers)),
            ]
            for party in parties
        ],
    )


def _trade(node: LotNode, nodes: dict[LotId, LotNode]) -> str:
    """The references under which a lot came to its holder: its own, or of the lot that it was kept of."""
    while not node.references and node.lot.parent is not None:
        above = nodes[node.lot.parent]
        if above.lot.holder_id != node.lot.holder_id:
            break
        node = above
    return "; ".join(node.references)


def lots_table(sheet: NoteSheet) -> etree._Element:
    """The lots that hold a note's range, in order of position."""
    nodes = {node.lot.lot_id: node for node in sheet.lots}
    return table(
        [
            Column("First", True),
            Column("Last", True),
            Column("Amount", True),
            Column("Holder"),
            Column("Tier", True),
            Column("State"),
            Column("Trade background"),
        ],
        [
            [
                f"{node.lot.first:,}",
                f"{node.lot.last:,}",
                sheet.currency.format(node.lot.length_minor),
                name(node.holder_name),
                str(node.tier),
                state(node.lot.state.name),
                name(_trade(node, nodes)),
            ]
            for node in sheet.leaves
        ],
    )


def financings_table(result: DemoResult, names: dict[int, str]) -> etree._Element:
    """Loans and purchases, the annual cost first of the figures (rule RATE-24)."""
    rows = []
    for each in result.financings:
        unit = Currency.of(each.currency)
        cost = each.effective_annual_percent
        rate = f"{each.rate_bps / 100:.2f} % {'interest' if each.kind == 'loan' else 'discount'}"
        rows.append(
            [
                each.kind,
                name(names[each.holder]),
                name(names[each.funder]),
                NOTHING if cost is None else f"{cost} %",
                rate,
                unit.format(each.last - each.first + 1),
                unit.format(each.drawdown_minor),
                unit.format(each.repaid_minor) if each.kind == "loan" else NOTHING,
                state(each.state),
            ]
        )
    return table(
        [
            Column("Kind"),
            Column("Holder"),
            Column("Funder"),
            Column("Effective annual cost", True),
            Column("Rate a year", True),
            Column("Lot at maturity", True),
            Column("Paid out", True),
            Column("Repaid with interest", True),
            Column("State"),
        ],
        rows,
    )


def settlement_table(result: DemoResult, names: dict[int, str]) -> etree._Element:
    """What each party received, by currency, with the sums."""
    rows: list[Row] = []
    sums = set()
    for settled in result.settlement.by_currency:
        unit = Currency.of(settled.currency)
        rows.extend(
            [name(names[received.party]), unit.format(received.minor)] for received in settled.received_by
        )
        sums.add(len(rows))
        rows.append([f"Paid in {unit.code}", unit.format(settled.paid_minor)])
        if settled.unsettled_minor:
            sums.add(len(rows))
            rows.append([f"Not settled in {unit.code}", unit.format(settled.unsettled_minor)])
    return table([Column("Party"), Column("Received", True)], rows, sums=frozenset(sums))


def rejected_table(result: DemoResult) -> etree._Element:
    """Documents that were refused."""
    return table(
        [Column("File"), Column("Code"), Column("Reason")],
        [
            [name(each.file), element("code", each.code, class_="whole"), name(each.message)]
            for each in result.rejected
        ],
    )


def refusals_table(result: DemoResult) -> etree._Element:
    """Attempts that the ledger refused."""
    return table(
        [Column("Attempt"), Column("Code"), Column("Answer")],
        [
            [each.why, element("code", each.code, class_="whole"), name(each.message)]
            for each in result.refusals
        ],
    )


def unpaid_table(result: DemoResult, names: dict[int, str]) -> etree._Element:
    """Invoices between suppliers that notes did not pay in full."""
    return table(
        [Column("Invoice"), Column("Owed by"), Column("Owed to"), Column("Left", True), Column("Why")],
        [
            [
                name(each.invoice),
                name(names[each.debtor]),
                name(names[each.creditor]),
                Currency.of(each.currency).format(each.unpaid_minor),
                each.reason.replace("-", " "),
            ]
            for each in result.unpaid
        ],
    )


def checks_table(result: DemoResult) -> etree._Element:
    """Every check with what it looked at."""
    return table(
        [Column("Invariant"), Column("Holds"), Column("What was compared")],
        [
            [
                check.invariant,
                element("span", "yes" if check.ok else "NO", class_="yes" if check.ok else "no"),
                name(check.detail),
            ]
            for check in result.checks
        ],
    )


def gas_table(result: DemoResult) -> etree._Element:
    """Gas by operation."""
    return table(
        [Column("Operation"), Column("Transactions", True), Column("Gas", True), Column("Gas each", True)],
        [
            [operation.replace("_", " "), f"{gas.count:,}", f"{gas.total:,}", f"{gas.total // gas.count:,}"]
            for operation, gas in result.gas.items()
        ],
    )


def state(text: str) -> etree._Element:
    """A state as a label."""
    return element("span", text.lower().replace("_", " "), class_="state")
