"""The picture of one note: its range of minor units, cut level by level into lots."""

from __future__ import annotations

from lxml import etree

from counterfoil.entrypoints.demo.showing.markup import display_width, element, wrapped
from counterfoil.usecases.notes.show_note import LotNode, NoteSheet

_WIDTH = 1200.0
_ROW_H = 34.0
_UNIT = 6.2
_TIER_COLOURS = 6
_NARROWEST = 0.5


def range_picture(sheet: NoteSheet, funders: frozenset[int]) -> etree._Element:
    """Rows from the whole note at the top to its lots; a lot that holds its range reaches the bottom."""
    rows = max(node.depth for node in sheet.lots) + 1
    picture = element(
        "svg",
        element("title", f"Note {sheet.note.note_id} and its lots"),
        class_="ranges",
        viewBox=f"0 0 {_WIDTH:.0f} {rows * _ROW_H:.0f}",
        role="img",
        aria_label=f"Range of note {sheet.note.note_id}, cut into {len(sheet.leaves)} lots",
    )
    for node in sheet.lots:
        picture.append(_block(node, sheet, rows, funders))
    return picture


def _block(node: LotNode, sheet: NoteSheet, rows: int, funders: frozenset[int]) -> etree._Element:
    lot, face = node.lot, sheet.note.face_minor
    x = (lot.first - 1) / face * _WIDTH
    width = max(lot.length_minor / face * _WIDTH, _NARROWEST)
    y = node.depth * _ROW_H
    height = (rows - node.depth) * _ROW_H if lot.is_leaf else _ROW_H
    colour = "funder" if lot.holder_id in funders else f"t{min(node.tier, _TIER_COLOURS - 1)}"
    amount = sheet.currency.format(lot.length_minor)
    told = f"{node.holder_name}, tier {node.tier}: {amount}, positions {lot.first} to {lot.last}"
    if node.references:
        told += f" ({'; '.join(node.references)})"
    return element(
        "g",
        element("title", told),
        element("rect", x=x, y=y, width=width, height=height, rx=3),
        _labels(node, amount, x, y, width),
        class_=f"lot {colour} {'leaf' if lot.is_leaf else 'cut'}",
    )


def _labels(node: LotNode, amount: str, x: float, y: float, width: float) -> list[etree._Element]:
    """Name and amount, as far as they fit."""
    units = int((width - 12) / _UNIT)
    found = []
    if units >= 5:
        found.append(
            element("text", wrapped(node.holder_name, units, 1)[:1], class_="name", x=x + 6, y=y + 14)
        )
    if units >= display_width(amount):
        found.append(element("text", amount, class_="held", x=x + 6, y=y + 27))
    return found
