"""The contracts' views of goods beside the in-memory state and the one folded from events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from counterfoil.domain.events import goods_events as ev
from counterfoil.domain.lot import AssetId
from counterfoil.domain.states import BillState, ReceiptState
from model.facility_views import Pair


def check_touched_goods(twin: Pair, events: Iterable[object]) -> None:
    """Compare the views of the stocks, receipts, lots and bills that these events name."""
    # Liens and prices have replacements and sources too, which are other things.
    found = [each for each in events if type(each).__module__ == ev.__name__]
    receipts = {getattr(each, name) for each in found for name in _RECEIPTS if hasattr(each, name)}
    stocks = {each.stock_id for each in found if hasattr(each, "stock_id")}
    bills = {getattr(each, name) for each in found for name in _BILLS if hasattr(each, name)}
    stocks |= {twin.state.receipts[receipt_id].stock_id for receipt_id in receipts}
    for receipt_id in sorted(receipts):
        check_receipt(twin, receipt_id)
    for stock_id in sorted(stocks):
        check_stock(twin, stock_id)
    for bill_id in sorted(bills):
        check_bill(twin, bill_id)
    for key in sorted(_lot_keys(found)):
        check_physical_lot(twin, key)
    for stock_id in stocks:
        check_exposures(twin, twin.state.stocks[stock_id].keeper_id)


def check_all_goods(twin: Pair) -> None:
    """Every view of goods."""
    for stock_id in twin.state.stocks:
        check_stock(twin, stock_id)
    for receipt_id in twin.state.receipts:
        check_receipt(twin, receipt_id)
        check_asset(twin, "Warehouse", AssetId.of_receipt(receipt_id))
    for bill_id in twin.state.bills:
        check_bill(twin, bill_id)
        check_asset(twin, "BillsOfLading", AssetId.of_bill(bill_id))
    for key in sorted(_lot_keys(each.event for each in twin.model.events)):
        check_physical_lot(twin, key)
    check_exposures(twin)
    assert twin.ask("Warehouse", "attestationAge") == twin.state.attestation_age_s
    assert twin.ask("Warehouse", "stockCount") == len(twin.state.stocks)
    assert twin.ask("Warehouse", "receiptCount") == len(twin.state.receipts)
    assert twin.ask("BillsOfLading", "billCount") == len(twin.state.bills)


def check_stock(twin: Pair, stock_id: int) -> None:
    stock = twin.state.stocks[stock_id]
    assert twin.projected.stocks[stock_id] == stock
    assert dict(twin.ask("Warehouse", "stockOf", stock_id)) == {
        "keeper": stock.keeper_id,
        "attested": stock.attested,
        "receipted": stock.receipted,
        "attested_at": stock.attested_at_s,
        "fresh_until": stock.fresh_until_s,
        "decimals": stock.decimals,
        "site": stock.site,
        "good": stock.good,
    }


def check_receipt(twin: Pair, receipt_id: int) -> None:
    receipt = twin.state.receipts[receipt_id]
    assert twin.projected.receipts[receipt_id] == receipt
    asset_id = AssetId.of_receipt(receipt_id)
    pledged, _ = twin.model.liens.encumbrance(asset_id)
    shown = ReceiptState.PLEDGED if pledged and receipt.state is ReceiptState.ISSUED else receipt.state
    assert dict(twin.ask("Warehouse", "receiptOf", receipt_id)) == {
        "state": shown,
        "before": receipt.before,
        "holder": receipt.holder_id,
        "keeper": receipt.keeper_id,
        "stock": receipt.stock_id,
        "quantity": receipt.quantity,
        "value_minor": receipt.value_minor,
        "currency": receipt.currency,
        "sequence": receipt.sequence,
        "attested": receipt.is_attested,
        "pledge_consent": receipt.pledge_consent,
        "pledged": pledged,
    }


def check_bill(twin: Pair, bill_id: int) -> None:
    bill = twin.state.bills[bill_id]
    assert twin.projected.bills[bill_id] == bill
    asset_id = AssetId.of_bill(bill_id)
    pledged, _ = twin.model.liens.encumbrance(asset_id)
    assert dict(twin.ask("BillsOfLading", "billOf", bill_id)) == {
        "state": BillState.PLEDGED if pledged and bill.state is BillState.ISSUED else bill.state,
        "before": bill.before,
        "holder": bill.holder_id,
        "carrier": bill.carrier_id,
        "number": bill.number,
        "good": bill.good,
        "quantity": bill.quantity,
        "decimals": bill.decimals,
        "sequence": bill.sequence,
        "replaces": bill.replaces_id or 0,
        "receipt": bill.receipt_id or 0,
        "pledged": pledged,
    }
    assert twin.ask("BillsOfLading", "billNumbered", bill.number) == bill_id


def check_physical_lot(twin: Pair, key: bytes) -> None:
    backed = twin.state.physical_lots.get(key)
    assert twin.projected.physical_lots.get(key) == backed
    expected = (0, 0) if backed is None else (backed.receipt_id, backed.quantity)
    assert twin.ask("Warehouse", "lotBehind", key) == expected


def check_exposures(twin: Pair, *keeper_ids: int) -> None:
    """Of these keepers; of all where none is named."""
    for keeper_id, currency in twin.state.exposures.keys() | twin.state.exposure_caps.keys():
        if keeper_ids and keeper_id not in keeper_ids:
            continue
        account = (keeper_id, currency)
        found = twin.ask("Warehouse", "exposureOf", keeper_id, currency)
        assert found == (twin.state.exposures.get(account, 0), twin.state.exposure_caps.get(account, 0))


def check_asset(twin: Pair, contract: str, asset_id: AssetId) -> None:
    """What the lien registry and the facilities see of it."""
    goods = twin.model.liens.goods_of(asset_id)
    stated = (goods.good, goods.quantity, goods.decimals, goods.sound)
    assert twin.ask(contract, "goodsOf", asset_id.number) == stated
    assert twin.ask(contract, "holderOf", asset_id.number) == twin.model.liens.holder_of(asset_id)
    assert twin.ask("LienRegistry", "encumbranceOf", asset_id.number) == twin.model.liens.encumbrance(
        asset_id
    )


_RECEIPTS = ("receipt_id", "part_id", "source_id")
_BILLS = ("bill_id", "replacement_id")


def _lot_keys(events: Iterable[Any]) -> set[bytes]:
    keys: set[bytes] = set()
    for each in events:
        for name in ("lots", "removed", "added"):
            for lot in getattr(each, name, ()):
                keys.add(lot.key if isinstance(lot, ev.BackingLot) else lot)
    return keys
