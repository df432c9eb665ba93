"""The result as tables on a console."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from counterfoil.domain.money import Currency
from counterfoil.entrypoints.demo.showing.goods_tables import goods_tables, liens_table
from counterfoil.entrypoints.demo.showing.result import DemoResult
from counterfoil.entrypoints.demo.showing.table_shape import names_by_party, plain_table


def print_tables(result: DemoResult, console: Console) -> None:
    """Everything that a treasurer asks for, in the order of the life."""
    for table in (
        _parties(result),
        _rejected(result),
        _notes(result),
        _lots(result),
        _financings(result),
        *goods_tables(result),
        liens_table(result),
        _settlement(result),
        _unpaid(result),
        _refusals(result),
        _gas(result),
        _checks(result),
    ):
        if table.row_count:
            console.print()
            console.print(table)


def _parties(result: DemoResult) -> Table:
    table = plain_table("Parties", "id", "name", "roles", "tier", right=("id", "tier"))
    for party in result.parties:
        tier = "" if party.tier is None else str(party.tier)
        table.add_row(str(party.id), escape(party.name), ", ".join(party.roles).replace("_", " "), tier)
    return table


def _rejected(result: DemoResult) -> Table:
    table = plain_table("Refused documents", "file", "code", "why")
    for each in result.rejected:
        table.add_row(escape(each.file), each.code, escape(each.message))
    return table


def _notes(result: DemoResult) -> Table:
    table = plain_table(
        "Notes", "note", "invoices", "debtor", "face", "maturity", "state", right=("note", "face")
    )
    names = names_by_party(result)
    for note in result.notes:
        table.add_row(
            str(note.note_id),
            escape(", ".join(note.invoices)),
            escape(names[note.debtor]),
            Currency.of(note.currency).format(note.face_minor),
            note.maturity,
            note.state,
        )
    return table


def _lots(result: DemoResult) -> Table:
    right = ("note", "first", "last", "amount", "tier")
    table = plain_table("Lots", "note", "first", "last", "amount", "holder", "tier", "state", right=right)
    names = names_by_party(result)
    for note in result.notes:
        for lot in note.lots:
            table.add_row(
                str(note.note_id),
                str(lot.first),
                str(lot.last),
                Currency.of(note.currency).format(lot.last - lot.first + 1),
                escape(names[lot.holder]),
                str(lot.tier),
                lot.state,
            )
    return table


def _financings(result: DemoResult) -> Table:
    right = ("lot", "drawdown", "repaid", "annual cost")
    table = plain_table(
        "Financings",
        "kind",
        "holder",
        "funder",
        "lot",
        "drawdown",
        "repaid",
        "annual cost",
        "state",
        right=right,
    )
    names = names_by_party(result)
    for each in result.financings:
        unit = Currency.of(each.currency)
        cost = each.effective_annual_percent
        table.add_row(
            each.kind,
            escape(names[each.holder]),
            escape(names[each.funder]),
            unit.format(each.last - each.first + 1),
            unit.format(each.drawdown_minor),
            unit.format(each.repaid_minor) if each.kind == "loan" else "",
            "" if cost is None else f"{cost} %",
            each.state.replace("_", " "),
        )
    return table


def _settlement(result: DemoResult) -> Table:
    table = plain_table("Settlement", "party", "received", right=("received",))
    names = names_by_party(result)
    for settled in result.settlement.by_currency:
        unit = Currency.of(settled.currency)
        for received in settled.received_by:
            table.add_row(escape(names[received.party]), unit.format(received.minor))
        table.add_row("paid together", unit.format(settled.paid_minor), style="bold")
        if settled.unsettled_minor:
            table.add_row("not settled", unit.format(settled.unsettled_minor), style="bold red")
        table.add_section()
    return table


def _unpaid(result: DemoResult) -> Table:
    right = ("left",)
    table = plain_table("Not paid with notes", "invoice", "owed by", "owed to", "left", "why", right=right)
    names = names_by_party(result)
    for each in result.unpaid:
        table.add_row(
            escape(each.invoice),
            escape(names[each.debtor]),
            escape(names[each.creditor]),
            Currency.of(each.currency).format(each.unpaid_minor),
            each.reason.replace("-", " "),
        )
    return table


def _refusals(result: DemoResult) -> Table:
    table = plain_table("Attempts that the ledger refused", "attempt", "code", "why")
    for each in result.refusals:
        table.add_row(escape(each.why), each.code, escape(each.message))
    return table


def _gas(result: DemoResult) -> Table:
    table = plain_table("Gas", "operation", "count", "total", "average", right=("count", "total", "average"))
    for operation, counted in result.gas.items():
        average = counted.total // counted.count
        table.add_row(operation, f"{counted.count:,}", f"{counted.total:,}", f"{average:,}")
    return table


def _checks(result: DemoResult) -> Table:
    table = plain_table("Checks", "invariant", "holds", "detail")
    for check in result.checks:
        verdict = "[green]yes[/]" if check.ok else "[bold red]NO[/]"
        table.add_row(escape(check.invariant), verdict, escape(check.detail))
    return table
