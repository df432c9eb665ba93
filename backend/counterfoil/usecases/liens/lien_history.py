"""Every lien that assets ever carried, with its end and the reason: what a lender asks before it lends."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from counterfoil.domain.events.goods_events import ReceiptMerged, ReceiptSplit
from counterfoil.domain.events.ledger_events import LotSplit, Recorded
from counterfoil.domain.events.lien_events import (
    LienDischarged,
    LienDivided,
    LienEnforced,
    LienPlaced,
    LienReleased,
)
from counterfoil.domain.lot import AssetId
from counterfoil.domain.money import Currency
from counterfoil.domain.state.ledger_state import Lien
from counterfoil.usecases.goods_resolving import (
    AssetRef,
    asset_text,
    find_asset,
    find_facility,
    known_currency_of,
)
from counterfoil.usecases.workbench import Workbench

_Key = tuple[AssetId, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LienSheet:
    """A lien. currency: of the secured amount; None of a bill's whose agreement is not kept here. ended_at:
    None while in force.

    reason: of a release, where it is kept here. inherited_from: the asset from which this one was cut or
    into which another went, None for liens of the asset itself.
    """

    lien: Lien
    asset: str
    pledgee_name: str
    pledgor_name: str
    currency: Currency | None
    placed_at: datetime
    ended_at: datetime | None
    reason: str | None
    inherited_from: str | None = None


@dataclass(slots=True)
class _Times:
    """When liens began and ended, and where assets come from; folded once."""

    placed: dict[_Key, int]
    ended: dict[_Key, tuple[int, bytes | None]]
    origins: dict[AssetId, list[AssetId]]


def list_liens(bench: Workbench) -> tuple[LienSheet, ...]:
    """Every lien ever placed, by the time of its placing."""
    times = _fold(bench.read_model.history(*_FOLDED))
    found = [
        _sheet(bench, lien, times, None) for liens in bench.read_model.state.liens.values() for lien in liens
    ]
    return tuple(sorted(found, key=lambda sheet: sheet.placed_at))


def lien_history(bench: Workbench, *, asset: AssetRef) -> tuple[LienSheet, ...]:
    """The liens of an asset, and of what it was cut from or put together from, oldest first."""
    asset_id = find_asset(bench, asset)
    return lien_histories(bench, [asset_id])[asset_id]


def lien_histories(bench: Workbench, assets: Iterable[AssetId]) -> dict[AssetId, tuple[LienSheet, ...]]:
    """As `lien_history`, for many assets at once: the events are read once."""
    times = _fold(bench.read_model.history(*_FOLDED))
    return {asset_id: _history(bench, asset_id, times) for asset_id in assets}


def _history(bench: Workbench, asset_id: AssetId, times: _Times) -> tuple[LienSheet, ...]:
    found = [_sheet(bench, lien, times, None) for lien in bench.read_model.state.liens.get(asset_id, ())]
    for origin in _origins(times, asset_id):
        liens = bench.read_model.state.liens.get(origin, ())
        found += [_sheet(bench, lien, times, asset_text(origin)) for lien in liens]
    return tuple(sorted(found, key=lambda sheet: sheet.placed_at))


def _origins(times: _Times, asset_id: AssetId) -> list[AssetId]:
    found: list[AssetId] = []
    waiting = [asset_id]
    while waiting:
        for origin in times.origins.get(waiting.pop(), ()):
            if origin not in found and origin != asset_id:
                found.append(origin)
                waiting.append(origin)
    return found


_FOLDED = (
    LienPlaced,
    LienReleased,
    LienEnforced,
    LienDischarged,
    LienDivided,
    ReceiptSplit,
    ReceiptMerged,
    LotSplit,
)


def _fold(history: Iterable[Recorded]) -> _Times:
    times = _Times({}, {}, {})
    for recorded in history:
        event, at_s = recorded.event, recorded.at_s
        match event:
            case LienPlaced():
                times.placed[event.asset_id, event.sequence] = at_s
            case LienReleased() | LienEnforced():
                times.ended[event.asset_id, event.sequence] = (at_s, event.reason_hash)
            case LienDischarged():
                times.ended[event.asset_id, event.sequence] = (at_s, None)
            case LienDivided() if event.kept_id != event.asset_id:
                times.ended[event.asset_id, event.sequence] = (at_s, event.reason_hash)
                times.placed[event.kept_id, 1] = at_s
            case ReceiptSplit():
                part = AssetId.of_receipt(event.part_id)
                times.origins.setdefault(part, []).append(AssetId.of_receipt(event.receipt_id))
            case ReceiptMerged():
                whole = AssetId.of_receipt(event.receipt_id)
                times.origins.setdefault(whole, []).append(AssetId.of_receipt(event.source_id))
            case LotSplit():
                for index in range(len(event.children)):
                    child = AssetId.of_lot(event.child_id(index))
                    times.origins.setdefault(child, []).append(AssetId.of_lot(event.lot_id))
            case _:
                pass
    return times


def _sheet(bench: Workbench, lien: Lien, times: _Times, inherited_from: str | None) -> LienSheet:
    key = (lien.asset_id, lien.sequence)
    ended = times.ended.get(key)
    with bench.store.begin() as work:
        pledgee, pledgor = work.parties.by_id(lien.pledgee_id), work.parties.by_id(lien.pledgor_id)
        wording = None if ended is None or ended[1] is None else work.documents.by_hash(ended[1])
    return LienSheet(
        lien=lien,
        asset=asset_text(lien.asset_id),
        pledgee_name="" if pledgee is None else pledgee.name,
        pledgor_name="" if pledgor is None else pledgor.name,
        currency=_currency(bench, lien),
        placed_at=datetime.fromtimestamp(times.placed[key], UTC),
        ended_at=None if ended is None else datetime.fromtimestamp(ended[0], UTC),
        reason=None if wording is None else _stated(wording.body_json),
        inherited_from=inherited_from,
    )


def _currency(bench: Workbench, lien: Lien) -> Currency | None:
    """Of the secured amount: the facility's where it secures one, otherwise the asset's."""
    if lien.facility_id is not None:
        return Currency.of_numeric(find_facility(bench, lien.facility_id).terms.currency)
    return known_currency_of(bench, lien.asset_id)


def _stated(body_json: str) -> str | None:
    body = json.loads(body_json)
    found = body.get("reason") or body.get("order") or body.get("agreement")
    return None if found is None else str(found)
