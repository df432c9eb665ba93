"""What the tables on a console have in common."""

from __future__ import annotations

from rich.table import Table

from counterfoil.entrypoints.demo.showing.result import DemoResult


def plain_table(title: str, *columns: str, right: tuple[str, ...] = ()) -> Table:
    """A table without rows. right: columns of figures, which stay on one line."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        figures = column in right
        table.add_column(column, justify="right" if figures else "left", overflow="fold", no_wrap=figures)
    return table


def names_by_party(result: DemoResult) -> dict[int, str]:
    """Names for people: one that two parties share gets the party's number."""
    names = [party.name for party in result.parties]
    return {
        party.id: party.name if names.count(party.name) == 1 else f"{party.name} ({party.id})"
        for party in result.parties
    }
