"""Liens: those that concern the caller, an asset's history, and the order among the claims on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from counterfoil.domain.errors import DomainError
from counterfoil.domain.lot import ASSET_KIND_BILL, ASSET_KIND_LOT, ASSET_KIND_RECEIPT, AssetId
from counterfoil.domain.sightings import Kind
from counterfoil.domain.state.ledger_state import Lien
from counterfoil.domain.visibility import Sight, Viewer
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.read.answering import (
    LIST,
    Cursor,
    Limit,
    Pager,
    Reader,
    list_answer,
)
from counterfoil.entrypoints.http.read.shapes import (
    AssetText,
    Money,
    Page,
    PartyRef,
    Shape,
    currency_code,
    lot_text,
    party_ref,
    some_instant,
)
from counterfoil.entrypoints.http.read.states import LienStateName
from counterfoil.usecases import goods_refusals, refusals
from counterfoil.usecases.goods_resolving import asset_id_of, asset_text
from counterfoil.usecases.reading.read_side import Reading, ReadSide

Asset = Annotated[
    str,
    Path(
        max_length=64,
        description="lot:NOTE.SEGMENT.INDEX, receipt:NUMBER or bill:NUMBER.",
        examples=["lot:1.0.0"],
    ),
]


class LienSheet(Shape):
    """A lien, in force or past."""

    asset: AssetText
    sequence: int = Field(description="1 for the first lien that the asset ever carried.")
    state: LienStateName
    pledgee: PartyRef
    pledgor: PartyRef
    secured_minor: int = Field(description="What its claim may still take from a payment of the debtor.")
    collected: Money | None = Field(description="What it took; null for a bill, which has no currency.")
    currency: str | None
    registered_at: datetime | None = Field(description="In the public registry, as stated.")
    financing_id: int | None
    facility_id: int | None


def router(side: ReadSide) -> APIRouter:
    """The routes of liens."""
    routes = APIRouter(tags=["liens"])

    @routes.get(
        "/liens",
        operation_id="list_liens",
        response_model=Page[LienSheet],
        responses={**LIST, **problems(400, 401, 403)},
    )
    async def list_liens(
        principal: Reader,
        limit: Limit = 100,
        cursor: Cursor = None,
        state: Annotated[LienStateName | None, Query(description="Only liens in this state.")] = None,
    ) -> Response:
        """Liens that the caller may see, by asset, each asset's in the order of their placing."""
        pager = Pager(side, principal, what=f"liens:{state}", cursor=cursor)

        def build(reading: Reading, viewer: Viewer) -> Page[LienSheet]:
            liens = {_place(lien): lien for lien in _near(reading, viewer)}

            def shown(place: str) -> LienSheet | None:
                lien = liens[place]
                wanted = state is None or lien.state.name.lower() == state.value
                seen = wanted and reading.visibility.sees_lien(viewer, lien)
                return lien_sheet(reading, lien) if seen else None

            items, following = pager.cut(sorted(liens), limit, shown)
            return Page[LienSheet](items=items, next_cursor=following)

        return await list_answer(side, principal, build)

    @routes.get(
        "/assets/{asset}/liens",
        operation_id="list_liens_of_asset",
        response_model=Page[LienSheet],
        responses={**LIST, **problems(400, 401, 403, 404)},
    )
    async def list_liens_of_asset(
        principal: Reader, asset: Asset, limit: Limit = 100, cursor: Cursor = None
    ) -> Response:
        """Every lien that an asset ever carried; those that the caller may see, oldest first."""
        pager = Pager(side, principal, what=f"liens of:{asset}", cursor=cursor)

        def build(reading: Reading, viewer: Viewer) -> Page[LienSheet]:
            asset_id = require_asset(reading, viewer, asset)
            liens = reading.state.liens.get(asset_id, ())

            def shown(sequence: int) -> LienSheet | None:
                lien = liens[sequence]
                return lien_sheet(reading, lien) if reading.visibility.sees_lien(viewer, lien) else None

            items, following = pager.cut(range(len(liens)), limit, shown)
            return Page[LienSheet](items=items, next_cursor=following)

        return await list_answer(side, principal, build)

    return routes


def require_asset(reading: Reading, viewer: Viewer, reference: str) -> AssetId:
    """The asset; raises AssetReferenceInvalid, and LotNotFound or such where the viewer sees none."""
    asset_id = asset_id_of(reference)
    if reading.visibility.of_asset(viewer, asset_id) > Sight.OUTLINE:
        return asset_id
    raise missing_asset(asset_id)


def missing_asset(asset_id: AssetId) -> DomainError:
    """The refusal of an asset that is not there."""
    if asset_id.kind == ASSET_KIND_LOT:
        return DomainError(refusals.LOT_NOT_FOUND, lot=lot_text(asset_id.lot_id))
    if asset_id.kind == ASSET_KIND_RECEIPT:
        return DomainError(goods_refusals.RECEIPT_NOT_FOUND, receipt_id=asset_id.receipt_id)
    return DomainError(goods_refusals.BILL_NOT_FOUND, bill_id=asset_id.bill_id)


def lien_sheet(reading: Reading, lien: Lien) -> LienSheet:
    """A lien as everybody sees it who sees it."""
    unit = _unit(reading, lien)
    return LienSheet(
        asset=asset_text(lien.asset_id),
        sequence=lien.sequence,
        state=LienStateName(lien.state.name.lower()),
        pledgee=party_ref(reading.names, lien.pledgee_id),
        pledgor=party_ref(reading.names, lien.pledgor_id),
        secured_minor=lien.secured_minor,
        collected=None if unit is None else Money(amount_minor=lien.collected_minor, currency=unit),
        currency=unit,
        registered_at=some_instant(lien.registered_at_s),
        financing_id=lien.financing_id if lien.facility_id is None else None,
        facility_id=lien.facility_id,
    )


def _unit(reading: Reading, lien: Lien) -> str | None:
    """The currency of the secured amount: the facility's where it secures one, otherwise the asset's."""
    state, asset_id = reading.state, lien.asset_id
    if lien.facility_id is not None:
        return currency_code(state.facilities[lien.facility_id].terms.currency)
    if asset_id.kind == ASSET_KIND_LOT:
        return currency_code(state.notes[asset_id.lot_id.note_id].currency)
    if asset_id.kind == ASSET_KIND_RECEIPT:
        return currency_code(state.receipts[asset_id.receipt_id].currency)
    return None


def _place(lien: Lien) -> str:
    """Sorts by asset, then by sequence."""
    return f"{lien.asset_id.number:064x}:{lien.sequence:010d}"


def _near(reading: Reading, viewer: Viewer) -> Iterator[Lien]:
    """The liens on every asset that the viewer had to do with."""
    state, sightings = reading.state, reading.company.sightings
    if viewer.sees_all:
        for liens in state.liens.values():
            yield from liens
        return
    if viewer.party_id is None:
        return
    for asset_id in _assets(reading, viewer.party_id):
        yield from state.liens.get(asset_id, ())
    owed = {
        note_id
        for note_id in sightings.things_near(viewer.party_id, Kind.NOTE)
        if state.notes[note_id].debtor_id == viewer.party_id
    }
    for asset_id, liens in state.liens.items() if owed else ():
        if asset_id.kind == ASSET_KIND_LOT and asset_id.lot_id.note_id in owed:
            yield from liens


def _assets(reading: Reading, party_id: int) -> Iterator[AssetId]:
    sightings = reading.company.sightings
    for note_id in sightings.things_near(party_id, Kind.NOTE):
        yield from (AssetId.of_lot(lot_id) for lot_id in sightings.lots_near(party_id, note_id))
    yield from (
        AssetId(ASSET_KIND_RECEIPT, number) for number in sightings.things_near(party_id, Kind.RECEIPT)
    )
    yield from (AssetId(ASSET_KIND_BILL, number) for number in sightings.things_near(party_id, Kind.BILL))
