"""A receipt as a lender sees it: title, attestations and their age, price, loan-to-value, liens, lots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from counterfoil.domain.errors import DomainError
from counterfoil.domain.events.goods_events import (
    ReceiptDelivered,
    ReceiptDrafted,
    ReceiptIssued,
    ReceiptSplit,
    ReceiptTransferEnforced,
    ReceiptTransferForced,
    ReceiptTransferred,
)
from counterfoil.domain.events.ledger_events import Recorded
from counterfoil.domain.goods.receipt_document import ReceiptDocument
from counterfoil.domain.lot import AssetId
from counterfoil.domain.money import Currency
from counterfoil.domain.state.facility_state import Price
from counterfoil.domain.state.facility_valuation import valuation_of
from counterfoil.domain.state.goods_state import Receipt
from counterfoil.domain.states import ReceiptState
from counterfoil.usecases.goods_refusals import TITLE_DOCUMENT_MISSING
from counterfoil.usecases.goods_resolving import find_receipt, find_stock
from counterfoil.usecases.liens.lien_history import LienSheet, lien_histories
from counterfoil.usecases.receipts.list_stocks import StockSheet, stock_sheet
from counterfoil.usecases.receipts.receipt_lots import LotBehind, lots_behind
from counterfoil.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleStep:
    """How title came to a holder. how: issued, split, transferred, forced, enforced."""

    at: datetime
    how: str
    holder_id: int
    holder_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptSheet:
    """A receipt. state: Pledged where it is issued and a lien is in force.

    attested_at: when an inspector saw the draft. document: None where another member keeps it, and so lots.
    price: the newest that the lien's facility looks at, otherwise the newest of any source in the receipt's
    currency. price_currency: the facility's may be another one. ltv_bps: of the facility that it secures.
    """

    receipt: Receipt
    state: ReceiptState
    currency: Currency
    stock: StockSheet
    holder_name: str
    keeper_name: str
    depositor_name: str
    inspector_name: str | None
    attested_at: datetime | None
    title: tuple[TitleStep, ...]
    liens: tuple[LienSheet, ...]
    lots: tuple[LotBehind, ...] | None
    document: ReceiptDocument | None
    price: Price | None
    price_currency: Currency
    price_source_name: str | None
    ltv_bps: int | None
    blocked: bool

    @property
    def quantity(self) -> str:
        """In the good's unit."""
        return self.stock.amount(self.receipt.quantity)


def show_receipt(bench: Workbench, *, receipt_id: int) -> ReceiptSheet:
    """One receipt; raises DomainError ReceiptNotFound."""
    return _sheets(bench, [find_receipt(bench, receipt_id)])[0]


def list_receipts(bench: Workbench) -> tuple[ReceiptSheet, ...]:
    """Every receipt, by number."""
    return _sheets(bench, [each for _, each in sorted(bench.read_model.state.receipts.items())])


def _sheets(bench: Workbench, receipts: Sequence[Receipt]) -> tuple[ReceiptSheet, ...]:
    """The sheets of receipts; events and parties are read once for all of them."""
    with bench.store.begin() as work:
        names = {party.party_id: party.name for party in work.parties.all() if party.party_id is not None}
    titles = _titles(bench.read_model.history(*_OF_TITLE))
    liens = lien_histories(bench, [AssetId.of_receipt(each.receipt_id) for each in receipts])
    return tuple(
        _sheet(
            bench,
            each,
            names=names,
            title=titles.get(each.receipt_id, []),
            liens=liens[AssetId.of_receipt(each.receipt_id)],
        )
        for each in receipts
    )


def _sheet(
    bench: Workbench,
    receipt: Receipt,
    *,
    names: Mapping[int, str],
    title: Sequence[tuple[datetime, str, int]],
    liens: tuple[LienSheet, ...],
) -> ReceiptSheet:
    state = bench.read_model.state
    asset_id = AssetId.of_receipt(receipt.receipt_id)
    pledged = state.is_pledged(asset_id)
    shown = ReceiptState.PLEDGED if pledged and receipt.state is ReceiptState.ISSUED else receipt.state
    with bench.store.begin() as work:
        kept = work.titles.by_root(receipt.detail_root)
    price, price_currency, source_id, ltv_bps = _price(bench, receipt, asset_id)
    return ReceiptSheet(
        receipt=receipt,
        state=shown,
        currency=Currency.of_numeric(receipt.currency),
        stock=stock_sheet(bench, find_stock(bench, receipt.stock_id), at_s=bench.chain_now_s()),
        holder_name=names.get(receipt.holder_id, ""),
        keeper_name=names.get(receipt.keeper_id, ""),
        depositor_name=names.get(receipt.depositor_id, ""),
        inspector_name=None if receipt.inspector_id is None else names.get(receipt.inspector_id, ""),
        attested_at=datetime.fromtimestamp(receipt.attested_at_s, UTC) if receipt.attested_at_s else None,
        title=tuple(
            TitleStep(at=at, how=how, holder_id=party_id, holder_name=names.get(party_id, ""))
            for at, how, party_id in title
        ),
        liens=liens,
        lots=_lots(bench, receipt),
        document=None if kept is None else kept.receipt,
        price=price,
        price_currency=Currency.of_numeric(price_currency),
        price_source_name=None if source_id is None else names.get(source_id, ""),
        ltv_bps=ltv_bps,
        blocked=any(block.open for block in state.blocks.get(asset_id, ())),
    )


def _lots(bench: Workbench, receipt: Receipt) -> tuple[LotBehind, ...] | None:
    try:
        return lots_behind(bench, receipt)
    except DomainError as missing:
        if missing.code != TITLE_DOCUMENT_MISSING:
            raise
        # Another member keeps what the keys stand for; the ledger's figures are shown without it.
        return None


def _price(
    bench: Workbench, receipt: Receipt, asset_id: AssetId
) -> tuple[Price | None, int, int | None, int | None]:
    """Price, its currency and source, and the loan-to-value of the facility that the receipt secures."""
    state = bench.read_model.state
    good = state.stocks[receipt.stock_id].good
    lien = state.lien_of(asset_id) if state.is_pledged(asset_id) else None
    if lien is not None and lien.facility_id is not None:
        facility = state.facilities[lien.facility_id]
        source_id, currency = facility.terms.price_source_id, facility.terms.currency
        valued = valuation_of(state, facility, bench.chain_now_s())
        return state.prices.get((source_id, good, currency)), currency, source_id, valued.ltv_bps
    posted = [
        (price, source_id)
        for (source_id, priced, unit), price in state.prices.items()
        if (priced, unit) == (good, receipt.currency)
    ]
    if not posted:
        return None, receipt.currency, None, None
    price, source_id = max(posted, key=lambda each: each[0].observed_at_s)
    return price, receipt.currency, source_id, None


_OF_TITLE = (
    ReceiptDrafted,
    ReceiptIssued,
    ReceiptSplit,
    ReceiptTransferred,
    ReceiptTransferForced,
    ReceiptTransferEnforced,
    ReceiptDelivered,
)


def _titles(history: Iterable[Recorded]) -> dict[int, list[tuple[datetime, str, int]]]:
    """How title to each receipt moved; a part's own title begins with its split."""
    steps: dict[int, list[tuple[datetime, str, int]]] = defaultdict(list)
    holders: dict[int, int] = {}
    for recorded in history:
        event, at = recorded.event, datetime.fromtimestamp(recorded.at_s, UTC)
        match event:
            case ReceiptDrafted():
                holders[event.receipt_id] = event.depositor_id
            case ReceiptIssued():
                steps[event.receipt_id].append((at, "issued", holders[event.receipt_id]))
            case ReceiptSplit():
                holders[event.part_id] = holders[event.receipt_id]
                steps[event.part_id].append((at, f"split from {event.receipt_id}", holders[event.part_id]))
            case ReceiptTransferred() | ReceiptTransferForced() | ReceiptTransferEnforced():
                holders[event.receipt_id] = event.to_id
                steps[event.receipt_id].append((at, _HOW[type(event)], event.to_id))
            case ReceiptDelivered():
                steps[event.receipt_id].append((at, "delivered", holders[event.receipt_id]))
            case _:
                pass
    return steps


_HOW = {
    ReceiptTransferred: "transferred",
    ReceiptTransferForced: "forced by order",
    ReceiptTransferEnforced: "enforced",
}
