"""How values of the contracts' events become fields of the domain's: our names, our types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from counterfoil.domain.events.ledger_events import LedgerEvent
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.states import PartyRole

Args = Mapping[str, Any]
Build = Callable[[Args], LedgerEvent]

# Our names where they are not the contracts' own in snake case.
_NUMBERED = (
    "party",
    "debtor",
    "creditor",
    "seller",
    "buyer",
    "funder",
    "borrower",
    "holder",
    "pledgee",
    "pledgor",
    "to",
    "from",
    "keeper",
    "inspector",
    "depositor",
    "carrier",
    "shipper",
    "source",
    "price_source",
    "note",
    "lot",
    "asset",
    "financing",
    "redemption",
    "stock",
    "receipt",
    "part",
    "bill",
    "replacement",
    "kept",
    "freed",
    "facility",
)
_TIMES = (
    "maturity_at",
    "registered_at",
    "due_at",
    "expires_at",
    "observed_at",
    "fresh_until",
    "deadline",
)
_RENAMED = {**{name: f"{name}_id" for name in _NUMBERED}, **{name: f"{name}_s" for name in _TIMES}}

_CONVERTED: dict[str, Callable[[Any], Any]] = {
    "lot_id": LotId.from_number,
    "asset_id": AssetId.from_number,
    "kept_id": AssetId.from_number,
    "freed_id": AssetId.from_number,
    "roles": PartyRole,
}


def named(args: Args) -> dict[str, Any]:
    """The values under our names, numbers of lots, assets and roles in our types."""
    renamed = {_RENAMED.get(name, name): value for name, value in args.items()}
    return {name: _CONVERTED[name](value) if name in _CONVERTED else value for name, value in renamed.items()}


def plain(kind: type[LedgerEvent]) -> Build:
    """For events whose values need no more than our names and types."""

    def build(args: Args) -> LedgerEvent:
        return kind(**named(args))

    return build


def converting(kind: type[LedgerEvent], **conversions: Callable[[Any], Any]) -> Build:
    """For events with values, under our names, whose type depends on the event."""

    def build(args: Args) -> LedgerEvent:
        fields = named(args)
        return kind(**{**fields, **{name: make(fields[name]) for name, make in conversions.items()}})

    return build
