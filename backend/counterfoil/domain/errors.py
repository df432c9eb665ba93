"""The one error root, and the table that turns a code into a sentence for a treasurer.

Every refusal has a stable code. The code, the message template and the names of the facts stand in one
table, so that documentation, the CLI and later the HTTP service say the same thing. Other modules add their
codes with `declare` at import time; a code is declared once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

Show = Mapping[str, Callable[[Any], str]]
"""How facts read in a sentence, by their names: a lot's number as its place, seconds as a date."""


@dataclass(frozen=True, slots=True)
class ErrorSpec:
    """One row of the error table.

    code: stable identifier, UpperCamelCase, the same as the Solidity error where there is one.
    message: a sentence with {fact} placeholders, understandable without reading code.
    remedy: what the reader can do about it, one sentence.
    show: facts that the sentence does not show as they are.
    """

    code: str
    message: str
    remedy: str
    show: Show = field(default_factory=lambda: MappingProxyType({}))

    def sentence(self, facts: Mapping[str, object]) -> str:
        """The message with these facts filled in; raises KeyError or IndexError where one is missing."""
        shown = {name: self.show[name](value) for name, value in facts.items() if name in self.show}
        return self.message.format(**{**facts, **shown})


_TABLE: dict[str, ErrorSpec] = {}


def declare(code: str, message: str, remedy: str, *, show: Show | None = None) -> str:
    """Add a row to the error table and return the code, so that it can be bound to a constant.

    Raises ValueError if the code is already declared.
    """
    if code in _TABLE:
        raise ValueError(f"error code declared twice: {code}")
    _TABLE[code] = ErrorSpec(code, message, remedy, MappingProxyType(dict(show or {})))
    return code


def error_table() -> tuple[ErrorSpec, ...]:
    """All declared rows, ordered by code."""
    return tuple(_TABLE[code] for code in sorted(_TABLE))


def error_spec(code: str) -> ErrorSpec | None:
    """The row of one code, or None if nobody declared it."""
    return _TABLE.get(code)


class CounterfoilError(Exception):
    """Root of all errors that this package raises on purpose."""

    def __init__(self, code: str, /, **facts: object) -> None:
        self.code = code
        self.facts = facts
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The sentence of the table with this error's facts filled in."""
        spec = _TABLE.get(self.code)
        stated = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        if spec is None:
            return f"{self.code} ({stated})" if stated else self.code
        try:
            return spec.sentence(self.facts)
        except (KeyError, IndexError):
            return f"{spec.message} ({stated})"

    @property
    def remedy(self) -> str:
        """What the reader can do, or an empty string where the code is not in the table."""
        spec = _TABLE.get(self.code)
        return spec.remedy if spec else ""


class DomainError(CounterfoilError):
    """A rule of the business refused the command; repeating it unchanged gives the same answer."""
