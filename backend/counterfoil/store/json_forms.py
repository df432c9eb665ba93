"""Records as JSON text, and back, without loss: bytes, tuples and nested mappings keep their type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter

from counterfoil.domain.invoices.invoice import Invoice

_INVOICE: TypeAdapter[Invoice] = TypeAdapter(Invoice)
_BYTES, _MAPPING = "0x", "map"


def invoice_to_json(invoice: Invoice) -> str:
    """The canonical invoice as text; keys sorted, so that equal invoices give equal text."""
    return json.dumps(
        _INVOICE.dump_python(invoice, mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )


def invoice_from_json(text: str) -> Invoice:
    """The invoice that `invoice_to_json` wrote; raises pydantic.ValidationError for another text."""
    return _INVOICE.validate_json(text)


def args_to_json(args: Mapping[str, Any]) -> str:
    """An event's values as text, in their own order."""
    return _ARGS.encode(dict(args))


def args_from_json(text: str) -> Mapping[str, Any]:
    """The values that `args_to_json` wrote."""
    return MappingProxyType({name: _inward(value) for name, value in json.loads(text).items()})


def _outward(value: Any) -> Any:
    """What JSON has no form for. Tuples are arrays to it, as they come."""
    if isinstance(value, bytes):
        return {_BYTES: value.hex()}
    if isinstance(value, Mapping):
        return {_MAPPING: dict(value)}
    raise TypeError(f"an event has no values of type {type(value).__name__}")


# Put together once: for each event anew it would take longer than the encoding.
_ARGS = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_outward)


def _inward(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_inward(item) for item in value)
    if isinstance(value, dict):
        if _BYTES in value:
            return bytes.fromhex(value[_BYTES])
        return MappingProxyType({name: _inward(item) for name, item in value[_MAPPING].items()})
    return value
