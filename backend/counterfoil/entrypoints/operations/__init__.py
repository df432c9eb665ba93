"""Every operation of the service, by name: the one registry that the HTTP process and the worker share."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from counterfoil.domain.errors import DomainError
from counterfoil.entrypoints.operations import notes
from counterfoil.entrypoints.operations.operation import OPERATION_UNKNOWN, Body, Desk, Operation, body_hash

__all__ = ["Body", "Desk", "Operation", "body_hash", "operation_named", "operations"]

_ROOMS = (notes,)
_BY_NAME = MappingProxyType({operation.name: operation for room in _ROOMS for operation in room.OPERATIONS})


def operations() -> tuple[Operation[Any], ...]:
    """All operations, resource by resource."""
    return tuple(_BY_NAME.values())


def operation_named(name: str) -> Operation[Any]:
    """The operation of a name. Raises DomainError OperationUnknown."""
    found = _BY_NAME.get(name)
    if found is None:
        raise DomainError(OPERATION_UNKNOWN, operation=name)
    return found
