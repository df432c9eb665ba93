"""The picture of the tier tree: who passed what on to whom, from the core enterprise down to the funders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

from counterfoil.domain.money import Currency
from counterfoil.entrypoints.demo.moves import Move, MoveKind
from counterfoil.entrypoints.demo.showing.markup import element, wrapped
from counterfoil.entrypoints.demo.showing.result import DemoResult, PartyRow

_BOX_W, _BOX_H = 184.0, 78.0
_GAP_X, _GAP_Y = 132.0, 16.0
_MARGIN = 12.0
_HEADER = 30.0
_NAME_UNITS = 24
_LINE = 14.0
_THINNEST, _THICKEST = 1.5, 9.0
_LABEL_LEAN = 9.0
_TIER_COLOURS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edge:
    """Everything of one kind that went from one party to another in one currency."""

    kind: MoveKind
    from_id: int
    to_id: int
    currency: Currency
    amount_minor: int


@dataclass(slots=True)
class _Layout:
    """Columns and rows. parents: from whom a party got most, its place in the tree."""

    column: dict[int, int] = field(default_factory=dict)
    y: dict[int, float] = field(default_factory=dict)
    next_y: float = _HEADER + _MARGIN

    def x(self, party: int) -> float:
        return _MARGIN + self.column[party] * (_BOX_W + _GAP_X)

    @property
    def width(self) -> float:
        columns = max(self.column.values(), default=0) + 1
        return 2 * _MARGIN + columns * _BOX_W + (columns - 1) * _GAP_X


def tier_picture(result: DemoResult, moves: Sequence[Move]) -> etree._Element | None:
    """The tree as SVG, or None where nothing moved."""
    edges = _edges(moves)
    if not edges:
        return None
    parties = {party.id: party for party in result.parties}
    layout = _lay_out(edges, parties)
    height = max(layout.y.values()) + _BOX_H + _MARGIN
    picture = element(
        "svg",
        element("title", "Tier tree"),
        class_="tiers",
        viewBox=f"0 0 {layout.width:.0f} {height:.0f}",
        width=f"{layout.width:.0f}",
        height=f"{height:.0f}",
        role="img",
        aria_label="Tier tree: who passed which amount on to whom",
    )
    for column in range(max(layout.column.values()) + 1):
        picture.append(_heading(column, layout, parties))
    largest = max(edge.amount_minor for edge in edges)
    labels = []
    for incoming in _by_target(edges).values():
        for index, edge in enumerate(incoming):
            path, label = _curve(edge, layout, place=(index + 1) / (len(incoming) + 1), largest=largest)
            picture.append(path)
            labels.append(label)
    for party in layout.column:
        picture.append(_box(parties[party], layout, _amounts(result, edges, party)))
    for label in labels:
        picture.append(label)
    return picture


def _edges(moves: Sequence[Move]) -> list[_Edge]:
    sums: dict[tuple[MoveKind, int, int, int], int] = defaultdict(int)
    for move in moves:
        sums[move.kind, move.from_id, move.to_id, move.currency] += move.amount_minor
    return [
        _Edge(
            kind=kind,
            from_id=from_id,
            to_id=to_id,
            currency=Currency.of_numeric(currency),
            amount_minor=amount,
        )
        for (kind, from_id, to_id, currency), amount in sums.items()
    ]


def _by_target(edges: Sequence[_Edge]) -> dict[int, list[_Edge]]:
    found: dict[int, list[_Edge]] = defaultdict(list)
    for edge in edges:
        found[edge.to_id].append(edge)
    return found


def _lay_out(edges: Sequence[_Edge], parties: dict[int, PartyRow]) -> _Layout:
    """Everybody stands in the column of its tier, a funder one further than whom it finances.

    In the rows, a party stands beside those that it passes most on to.
    """
    layout = _Layout()
    for edge in edges:
        for party in (edge.from_id, edge.to_id):
            layout.column.setdefault(party, parties[party].tier or 0)
    for edge in edges:
        if parties[edge.to_id].tier is None:
            layout.column[edge.to_id] = max(layout.column[edge.to_id], layout.column[edge.from_id] + 1)
    children: dict[int, list[int]] = defaultdict(list)
    for target, incoming in _by_target(edges).items():
        upstream = [edge for edge in incoming if layout.column[edge.from_id] < layout.column[target]]
        if upstream:
            main = max(upstream, key=lambda edge: edge.amount_minor)
            children[main.from_id].append(target)
    below = {child for found in children.values() for child in found}
    for root in sorted((party for party in layout.column if party not in below), key=layout.x):
        _place(root, children, layout)
    return layout


def _place(root: int, children: dict[int, list[int]], layout: _Layout) -> None:
    """Leaves take the next row; whoever has children stands in their middle. A loop: chains may be long."""
    waiting = [(root, False)]
    while waiting:
        party, children_placed = waiting.pop()
        below = children.get(party, [])
        if not below:
            layout.y[party] = layout.next_y
            layout.next_y += _BOX_H + _GAP_Y
        elif children_placed:
            layout.y[party] = (layout.y[below[0]] + layout.y[below[-1]]) / 2
        else:
            waiting.append((party, True))
            waiting.extend((child, False) for child in reversed(below))


def _heading(column: int, layout: _Layout, parties: dict[int, PartyRow]) -> etree._Element:
    there = [parties[party] for party, place in layout.column.items() if place == column]
    if column == 0:
        text = "core enterprise"
    else:
        text = f"tier {column}" if any(party.tier is not None for party in there) else "funders"
    x = _MARGIN + column * (_BOX_W + _GAP_X) + _BOX_W / 2
    return element("text", text, class_="column", x=x, y=_MARGIN + 10, text_anchor="middle")


def _curve(
    edge: _Edge, layout: _Layout, *, place: float, largest: int
) -> tuple[etree._Element, etree._Element]:
    """The line and its label. place: where it meets the target's side, 0 top to 1 bottom."""
    start_x, start_y = layout.x(edge.from_id) + _BOX_W, layout.y[edge.from_id] + _BOX_H / 2
    end_x, end_y = layout.x(edge.to_id), layout.y[edge.to_id] + _BOX_H * place
    bend_x = max(start_x, end_x - _GAP_X)
    middle_x = (bend_x + end_x) / 2
    line = f"M {start_x:.1f} {start_y:.1f}"
    if bend_x > start_x:
        line += f" H {bend_x:.1f}"
    line += f" C {middle_x:.1f} {start_y:.1f} {middle_x:.1f} {end_y:.1f} {end_x:.1f} {end_y:.1f}"
    amount = edge.currency.format(edge.amount_minor)
    thickness = _THINNEST + (_THICKEST - _THINNEST) * (edge.amount_minor / largest) ** 0.5
    path = element(
        "path",
        element("title", f"{edge.kind.value}: {amount}"),
        class_=f"edge {edge.kind.value}",
        d=line,
        stroke_width=thickness,
    )
    # The label leans towards where the line comes from, but stays beside the box that it belongs to.
    lean = max(-_LABEL_LEAN, min(_LABEL_LEAN, (start_y - end_y) * 0.08))
    label = element(
        "text",
        amount,
        class_="amount",
        x=end_x - 8,
        y=end_y + lean - thickness / 2 - 3,
        text_anchor="end",
    )
    return path, label


def _amounts(result: DemoResult, edges: Sequence[_Edge], party: int) -> list[str]:
    """What settlement paid a party; failing that, what it owed or sold."""
    found = [
        f"received {Currency.of(settled.currency).format(received.minor)}"
        for settled in result.settlement.by_currency
        for received in settled.received_by
        if received.party == party
    ]
    if found:
        return found
    words = {MoveKind.CONFIRMED: "owed", MoveKind.SOLD: "sold"}
    given: dict[tuple[str, Currency], int] = defaultdict(int)
    for edge in edges:
        if edge.kind in words and edge.from_id == party:
            given[words[edge.kind], edge.currency] += edge.amount_minor
    return [f"{word} {currency.format(amount)}" for (word, currency), amount in given.items()]


def _box(party: PartyRow, layout: _Layout, amounts: Sequence[str]) -> etree._Element:
    x, y = layout.x(party.id), layout.y[party.id]
    colour = "funder" if party.tier is None else f"t{min(party.tier, _TIER_COLOURS - 1)}"
    lines = [(line, "name") for line in wrapped(party.name, _NAME_UNITS, 2)]
    lines += [(amount, "held") for amount in amounts[:2]]
    if len(amounts) > 2:
        lines[-1] = (f"and {len(amounts) - 1} more currencies", "held")
    top = y + (_BOX_H - len(lines) * _LINE) / 2 + 10.5
    return element(
        "g",
        element("title", f"{party.id} {party.name}"),
        element("rect", x=x, y=y, width=_BOX_W, height=_BOX_H, rx=8),
        element("rect", class_="edge-mark", x=x, y=y + 8, width=4, height=_BOX_H - 16),
        [
            element("text", line, class_=kind, x=x + 14, y=top + index * _LINE)
            for index, (line, kind) in enumerate(lines)
        ],
        class_=f"party {colour}",
    )
