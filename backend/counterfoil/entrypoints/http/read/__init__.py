"""What the service answers about the ledger: a router a kind of object, all under one rule of visibility."""

from __future__ import annotations

from fastapi import APIRouter

from counterfoil.entrypoints.http.read import (
    cash,
    council,
    events,
    facilities,
    financings,
    goods,
    invoices,
    liens,
    lots,
    notes,
    parties,
    priority,
    statements,
)
from counterfoil.usecases.reading.read_side import ReadSide

_ROOMS = (
    parties,
    invoices,
    notes,
    lots,
    goods,
    liens,
    priority,
    financings,
    facilities,
    cash,
    council,
    statements,
    events,
)


def read_routers(side: ReadSide) -> tuple[APIRouter, ...]:
    """All of them, without the prefix of the version."""
    return tuple(room.router(side) for room in _ROOMS)
