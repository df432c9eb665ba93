"""The split plan: a YAML file, read so that every fault names its line and field.

Every scalar is text until this model says otherwise: an unquoted invoice number keeps its zeros and an amount
never passes through a binary float.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from counterfoil.domain.errors import DomainError
from counterfoil.entrypoints.demo.refusals import PLAN_UNUSABLE
from counterfoil.ingest.marked_document import (
    DocumentUnreadable,
    MarkedDocument,
    Place,
    place_text,
    read_marked,
)

MAX_PLAN_BYTES = 2**20
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"

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
    marked: MarkedDocument

    def fault(self, place: Place, reason: str) -> DomainError:
        """The refusal of something in this plan, with its line."""
        return _fault(self.path, self.marked, place, reason)


def read_plan(path: Path) -> SplitPlan:
    """Read a plan. Raises DomainError PlanUnusable, naming the line and the field."""
    marked = _marked(path)
    try:
        document = _PlanDocument.model_validate(marked.content)
    except ValidationError as unfit:
        first = unfit.errors(include_url=False, include_context=False, include_input=False)[0]
        place = tuple(first["loc"])
        raise _fault(path, marked, place, _sentence(place, first["type"], first["msg"])) from unfit
    return SplitPlan(path=path, entries=document.splits, marked=marked)


def _marked(path: Path) -> MarkedDocument:
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
        marked = read_marked(content)
    except DocumentUnreadable as broken:
        raise _at_line(path, broken.line, broken.reason) from broken
    if marked.content is None:
        raise _at_line(path, 1, "it is empty; write `splits:` and its entries")
    return marked


def _at_line(path: Path, line: int, reason: str) -> DomainError:
    return DomainError(PLAN_UNUSABLE, path=str(path), place=f"line {line}", reason=reason)


def _fault(path: Path, marked: MarkedDocument, place: Place, reason: str) -> DomainError:
    named = place_text(place)
    where = f"line {marked.line_of(place)}" + (f", {named}" if named else "")
    return DomainError(PLAN_UNUSABLE, path=str(path), place=where, reason=reason)


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
