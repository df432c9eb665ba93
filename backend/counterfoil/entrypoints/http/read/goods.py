"""Stocks, warehouse receipts and bills of lading, each as far as the caller sees it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from counterfoil.domain.errors import DomainError
from counterfoil.domain.lot import AssetId
from counterfoil.domain.sightings import Kind
from counterfoil.domain.state.goods_state import Bill, Receipt, Stock
from counterfoil.domain.states import BillState, ReceiptState
from counterfoil.domain.visibility import Sight, Viewer
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.read.answering import (
    LIST,
    OBJECT,
    Cursor,
    Limit,
    Pager,
    Reader,
    fresh_answer,
    list_answer,
    sorted_after,
)
from counterfoil.entrypoints.http.read.shapes import (
    MAX_ID,
    Hex,
    Money,
    Page,
    PartyRef,
    Shape,
    money,
    party_ref,
    some_instant,
    some_party,
)
from counterfoil.entrypoints.http.read.states import BillStateName, ReceiptStateName
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases import goods_refusals
from counterfoil.usecases.goods_resolving import good_text
from counterfoil.usecases.reading.read_side import Reading, ReadSide
from counterfoil.usecases.receipts.list_stocks import plain_quantity

Number = Annotated[int, Path(ge=1, le=MAX_ID, examples=[1])]
Quantity = Annotated[
    str,
    Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", description="A decimal in the good's unit.", examples=["25.125"]),
]


class GoodRef(Shape):
    """A good. Only the key is on the ledger; the rest is null where another member keeps it."""

    key: Hex
    good: str | None = Field(description="CODE:GRADE:UNIT.", examples=["CU-CATH:A:TNE"])
    name: str | None
    unit: str | None = Field(description="UN/ECE Recommendation 20 code.", examples=["TNE"])


class StockSheet(Shape):
    """One keeper's goods of one kind at one site, with the newest count."""

    stock_id: int
    keeper: PartyRef
    inspector: PartyRef | None = Field(description="Who counted last.")
    good: GoodRef
    site: str | None
    attested: Quantity = Field(description="What the newest count leaves to be delivered.")
    receipted: Quantity = Field(description="What live receipts give title to.")
    short: bool = Field(description="Whether a count found less than that.")
    attested_at: datetime | None
    fresh_until: datetime | None = Field(description="Nothing is issued on the count after that.")


class TitleStep(Shape):
    """Title went from one party to another. by_order: in enforcement, or as a court ordered."""

    giver: PartyRef
    receiver: PartyRef
    by_order: bool


class PhysicalLotSheet(Shape):
    """A physical lot behind a receipt. label: null where another member keeps what its key stands for."""

    key: Hex
    label: str | None
    quantity: Quantity


class GoodsTitle(Shape):
    """What receipts and bills share. Who sees only its own past in it gets null for the rest."""

    sight: str = Field(pattern="^(past|whole)$")
    good: GoodRef
    quantity: Quantity
    holder: PartyRef | None
    title: list[TitleStep] = Field(description="The steps that the caller may see, oldest first.")
    pledgee: PartyRef | None = Field(description="Of a lien in force.")
    blocked: bool | None = Field(description="Whether a lien registered elsewhere seems to cover it.")
    detail_root: Hex | None = Field(description="Commits to the fields of the document.")


class ReceiptSheet(GoodsTitle):
    """A warehouse receipt."""

    receipt_id: int
    state: ReceiptStateName | None
    stock_id: int
    keeper: PartyRef
    depositor: PartyRef
    inspector: PartyRef | None
    attested_at: datetime | None = Field(description="When an inspector saw its goods.")
    value: Money | None = Field(description="As declared by the keeper.")
    pledge_consent: bool | None = Field(description="Whether the keeper sealed pledges in advance.")
    physical_lots: list[PhysicalLotSheet] | None
    bill_id: int | None = Field(description="The bill that ended in it.")


class BillSheet(GoodsTitle):
    """A bill of lading."""

    bill_id: int
    state: BillStateName | None
    carrier: PartyRef
    shipper: PartyRef
    number: str | None = Field(description="As printed; null where another member keeps it.")
    carrier_code: str | None
    replaces_id: int | None = Field(description="The bill that it was switched from.")
    receipt_id: int | None = Field(description="The receipt that it ended in.")


def router(side: ReadSide) -> APIRouter:
    """The routes of goods."""
    routes = APIRouter()
    _stocks(routes, side)
    _receipts(routes, side)
    _bills(routes, side)
    return routes


def _stocks(routes: APIRouter, side: ReadSide) -> None:
    @routes.get(
        "/stocks",
        tags=["stocks"],
        operation_id="list_stocks",
        response_model=Page[StockSheet],
        responses={**LIST, **problems(400, 401, 403)},
    )
    async def list_stocks(principal: Reader, limit: Limit = 100, cursor: Cursor = None) -> Response:
        """Stocks that the caller may see, by number."""
        pager = Pager(side, principal, what="stocks", cursor=cursor)

        def build(reading: Reading, viewer: Viewer) -> Page[StockSheet]:
            def shown(stock_id: int) -> StockSheet | None:
                if not reading.visibility.sees_stock(viewer, stock_id):
                    return None
                return stock_sheet(work, reading, reading.state.stocks[stock_id])

            with side.store.read() as work:
                keys = _near(reading, viewer, Kind.STOCK, reading.state.stocks)
                items, following = pager.cut(sorted_after(keys, pager), limit, shown)
            return Page[StockSheet](items=items, next_cursor=following)

        return await list_answer(side, principal, build)

    @routes.get(
        "/stocks/{stock_id}",
        tags=["stocks"],
        operation_id="show_stock",
        response_model=StockSheet,
        responses={**OBJECT, **problems(401, 403, 404)},
    )
    async def show_stock(request: Request, principal: Reader, stock_id: Number) -> Response:
        """One stock."""

        def render(reading: Reading, viewer: Viewer) -> StockSheet:
            if not reading.visibility.sees_stock(viewer, stock_id):
                raise DomainError(goods_refusals.STOCK_NOT_FOUND, stock_id=stock_id)
            with side.store.read() as work:
                return stock_sheet(work, reading, reading.state.stocks[stock_id])

        return await fresh_answer(side, request, principal, render)


def _receipts(routes: APIRouter, side: ReadSide) -> None:
    @routes.get(
        "/receipts",
        tags=["receipts"],
        operation_id="list_receipts",
        response_model=Page[ReceiptSheet],
        responses={**LIST, **problems(400, 401, 403)},
    )
    async def list_receipts(
        principal: Reader,
        limit: Limit = 100,
        cursor: Cursor = None,
        state: Annotated[ReceiptStateName | None, Query(description="Only receipts in this state.")] = None,
    ) -> Response:
        """Warehouse receipts that the caller may see, by number."""
        pager = Pager(side, principal, what=f"receipts:{state}", cursor=cursor)

        def build(reading: Reading, viewer: Viewer) -> Page[ReceiptSheet]:
            def shown(receipt_id: int) -> ReceiptSheet | None:
                sight = reading.visibility.of_receipt(viewer, receipt_id)
                if sight is Sight.NONE:
                    return None
                sheet = receipt_sheet(work, reading, viewer, reading.state.receipts[receipt_id], sight)
                return sheet if state is None or sheet.state == state else None

            with side.store.read() as work:
                keys = _near(reading, viewer, Kind.RECEIPT, reading.state.receipts)
                items, following = pager.cut(sorted_after(keys, pager), limit, shown)
            return Page[ReceiptSheet](items=items, next_cursor=following)

        return await list_answer(side, principal, build)

    @routes.get(
        "/receipts/{receipt_id}",
        tags=["receipts"],
        operation_id="show_receipt",
        response_model=ReceiptSheet,
        responses={**OBJECT, **problems(401, 403, 404)},
    )
    async def show_receipt(request: Request, principal: Reader, receipt_id: Number) -> Response:
        """One warehouse receipt."""

        def render(reading: Reading, viewer: Viewer) -> ReceiptSheet:
            sight = reading.visibility.of_receipt(viewer, receipt_id)
            if sight is Sight.NONE:
                raise DomainError(goods_refusals.RECEIPT_NOT_FOUND, receipt_id=receipt_id)
            with side.store.read() as work:
                return receipt_sheet(work, reading, viewer, reading.state.receipts[receipt_id], sight)

        return await fresh_answer(side, request, principal, render)


def _bills(routes: APIRouter, side: ReadSide) -> None:
    @routes.get(
        "/bills",
        tags=["bills"],
        operation_id="list_bills",
        response_model=Page[BillSheet],
        responses={**LIST, **problems(400, 401, 403)},
    )
    async def list_bills(
        principal: Reader,
        limit: Limit = 100,
        cursor: Cursor = None,
        state: Annotated[BillStateName | None, Query(description="Only bills in this state.")] = None,
    ) -> Response:
        """Bills of lading that the caller may see, by number."""
        pager = Pager(side, principal, what=f"bills:{state}", cursor=cursor)

        def build(reading: Reading, viewer: Viewer) -> Page[BillSheet]:
            def shown(bill_id: int) -> BillSheet | None:
                sight = reading.visibility.of_bill(viewer, bill_id)
                if sight is Sight.NONE:
                    return None
                sheet = bill_sheet(work, reading, viewer, reading.state.bills[bill_id], sight)
                return sheet if state is None or sheet.state == state else None

            with side.store.read() as work:
                keys = _near(reading, viewer, Kind.BILL, reading.state.bills)
                items, following = pager.cut(sorted_after(keys, pager), limit, shown)
            return Page[BillSheet](items=items, next_cursor=following)

        return await list_answer(side, principal, build)

    @routes.get(
        "/bills/{bill_id}",
        tags=["bills"],
        operation_id="show_bill",
        response_model=BillSheet,
        responses={**OBJECT, **problems(401, 403, 404)},
    )
    async def show_bill(request: Request, principal: Reader, bill_id: Number) -> Response:
        """One bill of lading."""

        def render(reading: Reading, viewer: Viewer) -> BillSheet:
            sight = reading.visibility.of_bill(viewer, bill_id)
            if sight is Sight.NONE:
                raise DomainError(goods_refusals.BILL_NOT_FOUND, bill_id=bill_id)
            with side.store.read() as work:
                return bill_sheet(work, reading, viewer, reading.state.bills[bill_id], sight)

        return await fresh_answer(side, request, principal, render)


def _near(
    reading: Reading,
    viewer: Viewer,
    kind: Kind,
    everything: dict[int, Stock] | dict[int, Receipt] | dict[int, Bill],
) -> set[int] | frozenset[int]:
    if viewer.sees_all:
        return set(everything)
    if viewer.party_id is None:
        return frozenset()
    return reading.company.sightings.things_near(viewer.party_id, kind)


def stock_sheet(work: ServiceUnitOfWork, reading: Reading, stock: Stock) -> StockSheet:
    """A stock as everybody sees it who sees it."""
    site = work.titles.site_by_key(stock.site)
    return StockSheet(
        stock_id=stock.stock_id,
        keeper=party_ref(reading.names, stock.keeper_id),
        inspector=some_party(reading.names, stock.inspector_id),
        good=good_ref(work, stock.good),
        site=None if site is None else site.code,
        attested=plain_quantity(stock.attested, stock.decimals),
        receipted=plain_quantity(stock.receipted, stock.decimals),
        short=stock.is_short,
        attested_at=some_instant(stock.attested_at_s),
        fresh_until=some_instant(stock.fresh_until_s),
    )


def receipt_sheet(
    work: ServiceUnitOfWork, reading: Reading, viewer: Viewer, receipt: Receipt, sight: Sight
) -> ReceiptSheet:
    """A receipt as far as the viewer sees it."""
    asset_id, names, whole = AssetId.of_receipt(receipt.receipt_id), reading.names, sight is Sight.WHOLE
    stock = reading.state.stocks[receipt.stock_id]
    pledged = receipt.state is ReceiptState.ISSUED and reading.state.is_pledged(asset_id)
    shown = ReceiptState.PLEDGED if pledged else receipt.state
    return ReceiptSheet(
        **_title(reading, viewer, asset_id, sight, holder_id=receipt.holder_id),
        good=good_ref(work, stock.good),
        quantity=plain_quantity(receipt.quantity, stock.decimals),
        detail_root=receipt.detail_root.hex() if whole else None,
        receipt_id=receipt.receipt_id,
        state=ReceiptStateName(shown.name.lower()) if whole else None,
        stock_id=receipt.stock_id,
        keeper=party_ref(names, receipt.keeper_id),
        depositor=party_ref(names, receipt.depositor_id),
        inspector=some_party(names, receipt.inspector_id),
        attested_at=some_instant(receipt.attested_at_s),
        value=money(receipt.value_minor, receipt.currency) if whole else None,
        pledge_consent=receipt.pledge_consent if whole else None,
        physical_lots=_physical_lots(work, reading, receipt, stock.decimals) if whole else None,
        bill_id=reading.state.receipt_bills.get(receipt.receipt_id) if whole else None,
    )


def bill_sheet(
    work: ServiceUnitOfWork, reading: Reading, viewer: Viewer, bill: Bill, sight: Sight
) -> BillSheet:
    """A bill as far as the viewer sees it."""
    asset_id, whole = AssetId.of_bill(bill.bill_id), sight is Sight.WHOLE
    pledged = bill.state is BillState.ISSUED and reading.state.is_pledged(asset_id)
    shown = BillState.PLEDGED if pledged else bill.state
    known = work.titles.bill_number_of(bill.number)
    return BillSheet(
        **_title(reading, viewer, asset_id, sight, holder_id=bill.holder_id),
        good=good_ref(work, bill.good),
        quantity=plain_quantity(bill.quantity, bill.decimals),
        detail_root=bill.detail_root.hex() if whole else None,
        bill_id=bill.bill_id,
        state=BillStateName(shown.name.lower()) if whole else None,
        carrier=party_ref(reading.names, bill.carrier_id),
        shipper=party_ref(reading.names, bill.shipper_id),
        number=None if known is None else known[1],
        carrier_code=None if known is None else known[0],
        replaces_id=bill.replaces_id if whole else None,
        receipt_id=bill.receipt_id if whole else None,
    )


def _title(
    reading: Reading,
    viewer: Viewer,
    asset_id: AssetId,
    sight: Sight,
    *,
    holder_id: int,
) -> dict[str, Any]:
    names, whole = reading.names, sight is Sight.WHOLE
    steps = reading.visibility.steps(viewer, asset_id, sight)
    lien = reading.state.lien_of(asset_id) if reading.state.is_pledged(asset_id) else None
    given = any(step.giver_id == viewer.party_id and step.receiver_id == holder_id for step in steps)
    blocks = reading.state.blocks.get(asset_id, ())
    return {
        "sight": sight.name.lower(),
        "holder": party_ref(names, holder_id) if whole or given else None,
        "title": [
            TitleStep(
                giver=party_ref(names, step.giver_id),
                receiver=party_ref(names, step.receiver_id),
                by_order=step.sold,
            )
            for step in steps
        ],
        "pledgee": party_ref(names, lien.pledgee_id) if whole and lien is not None else None,
        "blocked": any(block.open for block in blocks) if whole else None,
    }


def good_ref(work: ServiceUnitOfWork, key: bytes) -> GoodRef:
    """A good by its key."""
    good = work.titles.good_by_key(key)
    return GoodRef(
        key=key.hex(),
        good=None if good is None else good_text(good),
        name=None if good is None else good.name,
        unit=None if good is None else good.unit.code,
    )


def _physical_lots(
    work: ServiceUnitOfWork, reading: Reading, receipt: Receipt, decimals: int
) -> list[PhysicalLotSheet]:
    found = []
    for key in receipt.lots:
        lot = work.titles.lot_by_key(key)
        found.append(
            PhysicalLotSheet(
                key=key.hex(),
                label=None if lot is None else lot.label,
                quantity=plain_quantity(reading.state.physical_lots[key].quantity, decimals),
            )
        )
    return found
