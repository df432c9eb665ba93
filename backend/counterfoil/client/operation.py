"""One operation of the service as a value: what a program that offers all of them needs to know."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A parameter or a field of a body. kind json: a list or an object, written as JSON."""

    name: str
    kind: Literal["str", "int", "float", "bool", "json"]
    required: bool
    choices: tuple[str, ...]
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """name: as the OpenAPI document has it. waits: can answer when the command is finished."""

    name: str
    resource: str
    verb: str
    path: str
    summary: str
    path_fields: tuple[Field, ...]
    query_fields: tuple[Field, ...]
    body: Literal["json", "raw", "multipart"] | None
    body_fields: tuple[Field, ...]
    waits: bool


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation of the service, by name."""
    text = (files("counterfoil.client") / "operations.json").read_text(encoding="utf-8")
    return tuple(_operation(row) for row in json.loads(text))


def _operation(row: dict[str, Any]) -> Operation:
    fields = {
        place: tuple(Field(**{**each, "choices": tuple(each["choices"])}) for each in row[place])
        for place in ("path_fields", "query_fields", "body_fields")
    }
    return Operation(**{**row, **fields})
