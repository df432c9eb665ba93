"""The split plan: a YAML file, read so that every fault names its line and field.

Every scalar is text until this model says otherwise: an unquoted invoice number keeps its zeros and an amount
never passes through a binary float.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from counterfoil.domain.errors import DomainError
from counterfoil.entrypoints.demo.refusals import PLAN_UNUSABLE

MAX_PLAN_BYTES = 2**20
_DEEPEST = 20
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
Place = tuple[int | str, ...]
"""Where in the document: keys and positions from the top, for example ("splits", 0, "to", 1, "amount")."""

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class PlanPart(BaseModel):
    """Who receives, and how much: an amount in major units, or a share of what `by` holds of the note."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    party: _Text
    amount: Annotated[str, StringConstraints(strip_whitespace=True, pattern=f"^{_NUMBER}$")] | None = None
    share: Annotated[str, StringConstraints(strip_whitespace=True, pattern=f"^{_NUMBER} ?%$")] | None = None
    reference: _Text | None = None

    @model_validator(mode="after")
    def _one_measure(self) -> PlanPart:
        if (self.amount is None) == (self.share is None):
            raise ValueError("state either amount or share, and not both")
        if self.share is not None and not 0 < self.share_percent <= 100:
            raise ValueError("share must be above 0% and at most 100%")
        return self

    @property
    def share_percent(self) -> Decimal:
        """The share in percent; only where one is stated."""
        return Decimal((self.share or "0%").rstrip("% "))


class PlanEntry(BaseModel):
    """One holder divides what it holds of one note."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    invoice: _Text
    by: _Text
    to: Annotated[tuple[PlanPart, ...], Field(min_length=1)]


class _PlanDocument(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    splits: Annotated[tuple[PlanEntry, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitPlan:
    """A plan in the right form; whether it can be carried out depends on the invoices."""

    path: Path
    entries: tuple[PlanEntry, ...]
    lines: dict[Place, int]

    def fault(self, place: Place, reason: str) -> DomainError:
        """The refusal of something in this plan, with its line."""
        return _fault(self.path, self.lines, place, reason)


def read_plan(path: Path) -> SplitPlan:
    """Read a plan. Raises DomainError PlanUnusable, naming the line and the field."""
    root = _composed(path)
    lines: dict[Place, int] = {}
    content = _plain(path, root, (), lines)
    try:
        document = _PlanDocument.model_validate(content)
    except ValidationError as unfit:
        first = unfit.errors(include_url=False, include_context=False, include_input=False)[0]
        place = tuple(first["loc"])
        raise _fault(path, lines, place, _sentence(place, first["type"], first["msg"])) from unfit
    return SplitPlan(path=path, entries=document.splits, lines=lines)


def _composed(path: Path) -> Node:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_PLAN_BYTES + 1)
    except OSError as failed:
        raise DomainError(
            PLAN_UNUSABLE, path=str(path), place="the file", reason=failed.strerror or str(failed)
        ) from failed
    if len(content) > MAX_PLAN_BYTES:
        raise DomainError(
            PLAN_UNUSABLE,
            path=str(path),
            place="the file",
            reason=f"it is larger than {MAX_PLAN_BYTES} bytes",
        )
    try:
        text = content.decode("utf-8-sig")
        _check_events(path, text)
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except UnicodeDecodeError as unfit:
        raise _at_line(path, content[: unfit.start].count(b"\n") + 1, "it is not UTF-8 text") from unfit
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        problem = broken.problem or "it is not YAML"
        raise _at_line(path, _line_of(mark), problem) from broken
    except yaml.YAMLError as broken:
        raise _at_line(path, 1, f"it is not YAML: {broken}") from broken
    if root is None:
        raise _at_line(path, 1, "it is empty; write `splits:` and its entries")
    return root


def _check_events(path: Path, text: str) -> None:
    """Refuse what would take long or stand for more than it says, before anything is built from it."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        # An alias repeats a part without its own line, and many of them make a small file enormous.
        if isinstance(event, yaml.AliasEvent):
            raise _at_line(path, _line_of(event.start_mark), "aliases (*name) are not supported")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise _at_line(path, _line_of(event.start_mark), "it is nested too deeply")


def _plain(path: Path, node: Node, place: Place, lines: dict[Place, int]) -> object:
    """The document as text, lists and mappings, with the line of each part."""
    lines[place] = node.start_mark.line + 1
    if isinstance(node, ScalarNode):
        return None if node.value in ("", "~", "null") and node.style is None else node.value
    if isinstance(node, SequenceNode):
        return [_plain(path, each, (*place, index), lines) for index, each in enumerate(node.value)]
    if not isinstance(node, MappingNode):
        raise _at_line(path, node.start_mark.line + 1, "this is neither text, list nor mapping")
    found: dict[str, object] = {}
    for key, value in _pairs(path, node):
        if key in found:
            raise _at_line(path, value.start_mark.line + 1, f"{key!r} stands here twice")
        found[key] = _plain(path, value, (*place, key), lines)
    return found


def _pairs(path: Path, node: MappingNode) -> Iterator[tuple[str, Node]]:
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            raise _at_line(path, key.start_mark.line + 1, "a key must be a word")
        yield str(key.value), value


def _line_of(mark: Any) -> int:
    # PyYAML's marks come from Python or from C, without a common type.
    return 1 if mark is None else int(mark.line) + 1


def _at_line(path: Path, line: int, reason: str) -> DomainError:
    return DomainError(PLAN_UNUSABLE, path=str(path), place=f"line {line}", reason=reason)


def _fault(path: Path, lines: dict[Place, int], place: Place, reason: str) -> DomainError:
    known = place
    while known and known not in lines:
        known = known[:-1]
    named = place_text(place)
    where = f"line {lines.get(known, 1)}" + (f", {named}" if named else "")
    return DomainError(PLAN_UNUSABLE, path=str(path), place=where, reason=reason)


def place_text(place: Place) -> str:
    """splits[0].to[1].amount: positions count from 0, as in the file's own order."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


_SENTENCES = {
    "missing": "this field is missing",
    "extra_forbidden": "this field is unknown",
    "too_short": "at least one is needed",
    "string_too_short": "it is empty",
    "string_type": "it must be one text",
    "tuple_type": "it must be a list",
    "model_type": "it must be a mapping of fields",
}


def _sentence(place: Place, kind: str, message: str) -> str:
    if kind == "string_pattern_mismatch":
        if place[-1] == "share":
            return "write a percentage such as 30%"
        return "write a positive decimal number such as 1163829.94, without separators or currency"
    return _SENTENCES.get(kind, message.removeprefix("Value error, "))
