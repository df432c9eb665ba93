"""Elements of the report. Text goes into the tree as text: nothing that a document says becomes markup."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from lxml import etree


def element(tag: str, *content: object, **attributes: str | float) -> etree._Element:
    """An element with text, elements, and sequences of these in it.

    Attribute names lose a trailing underscore and write others as dashes: class_, text_anchor.
    """
    made = etree.Element(tag)
    for name, value in attributes.items():
        written = f"{value:.1f}" if isinstance(value, float) else str(value)
        made.set(name.rstrip("_").replace("_", "-"), printable(written))
    _fill(made, content)
    return made


def _fill(parent: etree._Element, content: Iterable[object]) -> None:
    for each in content:
        if each is None:
            continue
        if isinstance(each, etree._Element):
            parent.append(each)
        elif isinstance(each, str):
            _add_text(parent, printable(each))
        elif isinstance(each, Iterable):
            _fill(parent, each)
        else:
            raise TypeError(f"{type(each).__name__} is neither text nor element")


def _add_text(parent: etree._Element, text: str) -> None:
    if len(parent):
        last = parent[-1]
        last.tail = (last.tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def printable(text: str) -> str:
    """The text without what XML cannot carry: control characters become the sign for 'unknown character'."""
    if text.isprintable():
        return text
    return "".join(
        character if character == "\n" or unicodedata.category(character) not in ("Cc", "Cs") else "\ufffd"
        for character in text
    )


def name(text: str) -> etree._Element:
    """A name from a document: isolated, so that its direction of writing stays its own."""
    return element("bdi", text)


def display_width(text: str) -> int:
    """How wide text is, in half-width characters: ideographs count two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def wrapped(text: str, width: int, lines: int) -> list[str]:
    """The text on at most so many lines, broken at spaces where there are any, with … where it is cut."""
    rest = text.strip()
    found: list[str] = []
    while rest and len(found) < lines:
        head = _head(rest, width)
        if len(head) < len(rest) and len(found) == lines - 1:
            head, rest = _head(rest, width - 1).rstrip() + "…", ""
        elif len(head) < len(rest):
            space = head.rfind(" ")
            if rest[len(head)] != " " and space > 0:
                head = head[:space]
            rest = rest[len(head) :].strip()
        else:
            rest = ""
        found.append(head.strip())
    return found


def _head(text: str, width: int) -> str:
    used = 0
    for index, character in enumerate(text):
        used += display_width(character)
        if used > width:
            return text[: max(index, 1)]
    return text
