"""Receipts, liens, loans against goods and stocks as rows of the result."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from counterfoil.domain.events.facility_events import AssetAdded
from counterfoil.domain.goods.good import Good
from counterfoil.domain.money import Currency
from counterfoil.entrypoints.demo.goods.story import GoodsStory
from counterfoil.entrypoints.demo.showing import result as rows
from counterfoil.usecases.facilities.show_facility import list_facilities
from counterfoil.usecases.goods_resolving import asset_text, good_text
from counterfoil.usecases.liens.lien_history import list_liens
from counterfoil.usecases.receipts.audit_stock import AuditReport, StockAudit
from counterfoil.usecases.receipts.list_stocks import StockSheet, list_stocks, plain_quantity
from counterfoil.usecases.receipts.show_receipt import list_receipts
from counterfoil.usecases.workbench import Workbench


def receipt_rows(bench: Workbench) -> Iterator[rows.ReceiptRow]:
    """Every receipt. An ended one has no lots on the ledger any more; its document still names them."""
    for sheet in list_receipts(bench):
        receipt, stock = sheet.receipt, sheet.stock
        lots = () if sheet.document is None else sheet.document.lots
        yield rows.ReceiptRow(
            receipt_id=receipt.receipt_id,
            good=_good(stock.good),
            good_name="" if stock.good is None else stock.good.name,
            quantity=plain_quantity(receipt.quantity, stock.stock.decimals),
            unit=_unit(stock.good),
            state=sheet.state.name.lower(),
            holder=receipt.holder_id,
            keeper=receipt.keeper_id,
            depositor=receipt.depositor_id,
            site="" if stock.site is None else stock.site.code,
            currency=sheet.currency.code,
            value_minor=receipt.value_minor,
            physical_lots=tuple(lot.label for lot in lots),
        )


def lien_rows(bench: Workbench) -> Iterator[rows.LienRow]:
    """Every lien ever placed, over notes and receipts, by the time of its placing."""
    for sheet in list_liens(bench):
        lien = sheet.lien
        yield rows.LienRow(
            asset=sheet.asset,
            pledgee=lien.pledgee_id,
            # What settlements paid on it is taken off on the ledger.
            secured_minor=lien.secured_minor + lien.collected_minor,
            state=lien.state.name.lower(),
            pledgor=lien.pledgor_id,
            currency="" if sheet.currency is None else sheet.currency.code,
            placed=_time(sheet.placed_at),
            ended=None if sheet.ended_at is None else _time(sheet.ended_at),
        )


def facility_rows(bench: Workbench, story: GoodsStory) -> Iterator[rows.FacilityRow]:
    """Every loan over a pool that was drawn down; offers that nobody took are left out."""
    drawn: dict[int, list[str]] = {}
    for recorded in bench.read_model.history(AssetAdded):
        if isinstance(recorded.event, AssetAdded):
            drawn.setdefault(recorded.event.facility_id, []).append(asset_text(recorded.event.asset_id))
    for sheet in list_facilities(bench):
        facility, terms = sheet.facility, sheet.facility.terms
        if facility.facility_id not in drawn:
            continue
        yield rows.FacilityRow(
            facility_id=facility.facility_id,
            borrower=terms.borrower_id,
            funder=facility.funder_id,
            price_source=terms.price_source_id,
            currency=Currency.of_numeric(terms.currency).code,
            drawdown_minor=terms.principal_minor,
            repaid_minor=facility.repaid_minor,
            state=facility.state.name.lower(),
            rate_bps=terms.rate_bps,
            haircut_bps=max(each.haircut_bps for each in terms.goods),
            draw_ltv_bps=terms.draw_ltv_bps,
            call_ltv_bps=terms.call_ltv_bps,
            assets=tuple(drawn[facility.facility_id]),
            course=tuple(
                rows.CourseRow(
                    at=_time(each.at),
                    event=each.event,
                    price_minor=each.price_minor,
                    value_minor=each.value_minor,
                    debt_minor=each.debt_minor,
                    ltv_bps=each.ltv_bps,
                )
                for each in story.course
                if each.facility_id == facility.facility_id
            ),
        )


def stock_rows(bench: Workbench, story: GoodsStory) -> Iterator[rows.StockRow]:
    """Every stock as it is, with what the audit found when the loan was paid."""
    audited = {} if story.audit is None else {each.sheet.stock.stock_id: each for each in story.audit.stocks}
    for sheet in list_stocks(bench):
        stock = sheet.stock
        found = audited.get(stock.stock_id)
        yield rows.StockRow(
            stock_id=stock.stock_id,
            keeper=stock.keeper_id,
            inspector=stock.inspector_id,
            site="" if sheet.site is None else sheet.site.code,
            good=_good(sheet.good),
            unit=_unit(sheet.good),
            attested=plain_quantity(stock.attested, stock.decimals),
            receipted=plain_quantity(stock.receipted, stock.decimals),
            audit=None if story.audit is None or found is None else _audit(story.audit, found, sheet),
        )


def _audit(report: AuditReport, found: StockAudit, sheet: StockSheet) -> rows.AuditRow:
    decimals = sheet.stock.decimals
    return rows.AuditRow(
        block=report.block_number,
        at=_time(datetime.fromtimestamp(report.at_s, UTC)),
        agrees=not found.differences,
        attested=plain_quantity(found.sheet.stock.attested, decimals),
        live_receipted=plain_quantity(found.live_steps, decimals),
        differences=found.differences,
    )


def _good(good: Good | None) -> str:
    return "" if good is None else good_text(good)


def _unit(good: Good | None) -> str:
    return "" if good is None else good.unit.code


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
