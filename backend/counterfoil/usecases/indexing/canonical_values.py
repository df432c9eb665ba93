"""Values as text for digests: alike where they are equal, whichever side they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import singledispatch
from typing import Any


@singledispatch
def canonical(value: Any) -> str:
    """The text of a number, text, bytes, None, a record, or a collection of these; raises TypeError.

    A state counts as its number, a list as a tuple; mappings and sets are in order.
    """
    if value is None:
        return "none"
    if is_dataclass(value):
        return canonical(tuple(getattr(value, each.name) for each in fields(value)))
    raise TypeError(f"no canonical text for {type(value).__name__}")


@canonical.register
def _(value: int) -> str:
    return str(int(value))


@canonical.register
def _(value: str) -> str:
    return repr(str(value))


@canonical.register
def _(value: bytes) -> str:
    return "0x" + value.hex()


@canonical.register(tuple)
@canonical.register(list)
def _(value: tuple[Any, ...] | list[Any]) -> str:
    return "(" + ",".join(canonical(each) for each in value) + ")"


@canonical.register(set)
@canonical.register(frozenset)
def _(value: set[Any] | frozenset[Any]) -> str:
    return "{" + ",".join(sorted(canonical(each) for each in value)) + "}"


@canonical.register
def _(value: Mapping) -> str:  # type: ignore[type-arg] # singledispatch takes no parameters of types
    return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
