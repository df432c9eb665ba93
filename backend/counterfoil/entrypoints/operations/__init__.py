"""Every operation of the service, by name: the one registry that the HTTP process and the worker share."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from counterfoil.domain.errors import DomainError
from counterfoil.entrypoints.operations import (
    bills,
    cash,
    council,
    external_liens,
    facilities,
    facility_enforcement,
    financings,
    invoices,
    keys,
    liens,
    lots,
    notes,
    parties,
    prices,
    receipt_orders,
    receipt_title,
    receipts,
    stocks,
)
from counterfoil.entrypoints.operations.operation import OPERATION_UNKNOWN, Body, Desk, Operation, body_hash

__all__ = ["Body", "Desk", "Operation", "body_hash", "operation_named", "operations"]

_ROOMS: tuple[tuple[Operation[Any], ...], ...] = (
    parties.OPERATIONS,
    keys.OPERATIONS,
    council.OPERATIONS,
    invoices.OPERATIONS,
    notes.OPERATIONS,
    lots.OPERATIONS,
    liens.OPERATIONS,
    financings.OPERATIONS,
    stocks.OPERATIONS,
    receipts.OPERATIONS,
    receipt_title.OPERATIONS,
    receipt_orders.OPERATIONS,
    bills.OPERATIONS,
    prices.OPERATIONS,
    facilities.OPERATIONS,
    facility_enforcement.OPERATIONS,
    cash.OPERATIONS,
    external_liens.OPERATIONS,
)
_BY_NAME = MappingProxyType({operation.name: operation for room in _ROOMS for operation in room})


def operations() -> tuple[Operation[Any], ...]:
    """All operations, resource by resource."""
    return tuple(_BY_NAME.values())


def operation_named(name: str) -> Operation[Any]:
    """The operation of a name. Raises DomainError OperationUnknown."""
    found = _BY_NAME.get(name)
    if found is None:
        raise DomainError(OPERATION_UNKNOWN, operation=name)
    return found
