"""A YAML or JSON file as text, lists and mappings, with the line of every part.

Every scalar stays text until a model says otherwise: an unquoted number keeps its zeros and an amount never
passes through a binary float. What would take long, or stand for more than it says, is refused before
anything is built from it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from counterfoil.domain.errors import CounterfoilError, declare
from counterfoil.ingest.json_nesting import check_nesting

DOCUMENT_UNREADABLE = declare(
    "DocumentUnreadable",
    "line {line}: {reason}",
    "Correct the file; it is YAML or JSON in UTF-8.",
)

_DEEPEST = 20
_PART = re.compile(r"\[([0-9]+)\]|([^.\[\]]+)")
Place = tuple[int | str, ...]
"""Where in the document: keys and positions from the top, for example ("splits", 0, "to", 1, "amount")."""


class DocumentUnreadable(CounterfoilError):  # noqa: N818 - reads as what happened
    """The file is no document of text, lists and mappings. line: counted from 1; reason: half a sentence."""

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        self.reason = reason
        super().__init__(DOCUMENT_UNREADABLE, line=line, reason=reason)


@dataclass(frozen=True, slots=True)
class MarkedDocument:
    """A document and where its parts stand. content None: the file is empty. JSON files mark line 1 only."""

    content: object
    lines: dict[Place, int]

    def line_of(self, place: Place) -> int:
        """The line of a part, or of the nearest part around it that is there."""
        known = place
        while known and known not in self.lines:
            known = known[:-1]
        return self.lines.get(known, 1)


def place_text(place: Place) -> str:
    """splits[0].to[1].amount: positions count from 0, as in the file's own order."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def place_of(text: str) -> Place:
    """The place that such a text names."""
    return tuple(int(match[1]) if match[1] else match[2] for match in _PART.finditer(text))


def read_marked(content: bytes) -> MarkedDocument:
    """Read a file's bytes, which the caller has limited. JSON is told by its first character.

    Raises DocumentUnreadable.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as unfit:
        raise DocumentUnreadable(content[: unfit.start].count(b"\n") + 1, "it is not UTF-8 text") from unfit
    if text.lstrip().startswith("{"):
        return MarkedDocument(_from_json(text), {(): 1})
    root = _composed(text)
    lines: dict[Place, int] = {}
    return MarkedDocument(None if root is None else _plain(root, (), lines), lines)


def _from_json(text: str) -> object:
    try:
        check_nesting(text, deepest=_DEEPEST)
    except ValueError as deep:
        raise DocumentUnreadable(1, "it is nested too deeply") from deep
    try:
        content: object = json.loads(
            text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_once
        )
    except json.JSONDecodeError as broken:
        raise DocumentUnreadable(broken.lineno, f"it is not JSON: {broken.msg}") from broken
    return content


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise DocumentUnreadable(1, f"{key!r} stands twice in one mapping")
        found[key] = value
    return found


def _composed(text: str) -> Node | None:
    try:
        _check_events(text)
        root: Node | None = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        raise DocumentUnreadable(_line_of(mark), broken.problem or "it is not YAML") from broken
    except yaml.YAMLError as broken:
        raise DocumentUnreadable(1, f"it is not YAML: {broken}") from broken
    return root


def _check_events(text: str) -> None:
    """Refuse what would take long or stand for more than it says, before anything is built from it."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        # An alias repeats a part without its own line, and many of them make a small file enormous.
        if isinstance(event, yaml.AliasEvent):
            raise DocumentUnreadable(_line_of(event.start_mark), "aliases (*name) are not supported")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise DocumentUnreadable(_line_of(event.start_mark), "it is nested too deeply")


def _plain(node: Node, place: Place, lines: dict[Place, int]) -> object:
    """The document as text, lists and mappings, with the line of each part."""
    lines[place] = node.start_mark.line + 1
    if isinstance(node, ScalarNode):
        return None if node.value in ("", "~", "null") and node.style is None else node.value
    if isinstance(node, SequenceNode):
        return [_plain(each, (*place, index), lines) for index, each in enumerate(node.value)]
    if not isinstance(node, MappingNode):
        raise DocumentUnreadable(node.start_mark.line + 1, "this is neither text, list nor mapping")
    found: dict[str, object] = {}
    for key, value in _pairs(node):
        if key in found:
            raise DocumentUnreadable(value.start_mark.line + 1, f"{key!r} stands here twice")
        found[key] = _plain(value, (*place, key), lines)
    return found


def _pairs(node: MappingNode) -> Iterator[tuple[str, Node]]:
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            raise DocumentUnreadable(key.start_mark.line + 1, "a key must be a word")
        yield str(key.value), value


def _line_of(mark: Any) -> int:
    # PyYAML's marks come from Python or from C, without a common type.
    return 1 if mark is None else int(mark.line) + 1
