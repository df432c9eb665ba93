"""From what people write to stocks, receipts, bills, facilities, goods and assets of the ledger."""

from __future__ import annotations

import json
import re

from counterfoil.domain.errors import DomainError
from counterfoil.domain.goods.good import Good, Unit
from counterfoil.domain.lot import ASSET_KIND_BILL, ASSET_KIND_LOT, ASSET_KIND_RECEIPT, AssetId
from counterfoil.domain.money import Currency
from counterfoil.domain.state.facility_state import Facility
from counterfoil.domain.state.goods_state import Bill, Stock
from counterfoil.domain.state.goods_state import Receipt as WarehouseReceipt
from counterfoil.domain.state.ledger_state import Lien
from counterfoil.domain.states import LienState
from counterfoil.usecases import goods_refusals as refusals
from counterfoil.usecases.refusals import LIEN_NOT_FOUND
from counterfoil.usecases.resolving import find_lot, find_note, lot_id_of
from counterfoil.usecases.workbench import Workbench

AssetRef = AssetId | str
"""An asset: its id, or lot:NOTE.SEGMENT.INDEX, receipt:NUMBER, bill:NUMBER."""

_WITHOUT_DECIMALS, _WITH_DECIMALS = 3, 4
_NUMBER = re.compile(r"[0-9]{1,19}")


def find_stock(bench: Workbench, stock_id: int) -> Stock:
    """The stock; raises DomainError StockNotFound."""
    found = bench.read_model.state.stocks.get(stock_id)
    if found is None:
        raise DomainError(refusals.STOCK_NOT_FOUND, stock_id=stock_id)
    return found


def find_receipt(bench: Workbench, receipt_id: int) -> WarehouseReceipt:
    """The warehouse receipt; raises DomainError ReceiptNotFound."""
    found = bench.read_model.state.receipts.get(receipt_id)
    if found is None:
        raise DomainError(refusals.RECEIPT_NOT_FOUND, receipt_id=receipt_id)
    return found


def find_bill(bench: Workbench, bill_id: int) -> Bill:
    """The bill of lading; raises DomainError BillNotFound."""
    found = bench.read_model.state.bills.get(bill_id)
    if found is None:
        raise DomainError(refusals.BILL_NOT_FOUND, bill_id=bill_id)
    return found


def find_facility(bench: Workbench, facility_id: int) -> Facility:
    """The facility; raises DomainError FacilityNotFound."""
    found = bench.read_model.state.facilities.get(facility_id)
    if found is None:
        raise DomainError(refusals.FACILITY_NOT_FOUND, facility_id=facility_id)
    return found


def asset_id_of(reference: AssetRef) -> AssetId:
    """The asset meant, known to the ledger or not; raises DomainError AssetReferenceInvalid."""
    if isinstance(reference, AssetId):
        return reference
    kind, separator, rest = reference.strip().partition(":")
    if not separator:
        kind, rest = "lot", kind
    if kind == "lot":
        return AssetId.of_lot(lot_id_of(rest.replace(".", "/")))
    kinds = {"receipt": ASSET_KIND_RECEIPT, "bill": ASSET_KIND_BILL}
    if kind not in kinds:
        raise DomainError(
            refusals.ASSET_REFERENCE_INVALID, reference=reference, reason=f"{kind!r} is no kind of asset"
        )
    if _NUMBER.fullmatch(rest) is None or not 0 < int(rest) < 2**64:
        raise DomainError(
            refusals.ASSET_REFERENCE_INVALID, reference=reference, reason=f"{rest!r} is no number"
        )
    return AssetId(kinds[kind], int(rest))


def find_asset(bench: Workbench, reference: AssetRef) -> AssetId:
    """The asset, if the ledger has it.

    Raises DomainError AssetReferenceInvalid, LotNotFound, ReceiptNotFound or BillNotFound.
    """
    asset_id = asset_id_of(reference)
    if asset_id.kind == ASSET_KIND_LOT:
        find_lot(bench, asset_id.lot_id)
    elif asset_id.kind == ASSET_KIND_RECEIPT:
        find_receipt(bench, asset_id.reference)
    elif asset_id.kind == ASSET_KIND_BILL:
        find_bill(bench, asset_id.reference)
    return asset_id


def asset_text(asset_id: AssetId) -> str:
    """An asset as people write it: lot:1.0.0, receipt:3, bill:2."""
    if asset_id.kind == ASSET_KIND_LOT:
        return "lot:" + str(asset_id.lot_id).replace("/", ".")
    names = {ASSET_KIND_RECEIPT: "receipt", ASSET_KIND_BILL: "bill"}
    return f"{names.get(asset_id.kind, asset_id.kind)}:{asset_id.reference}"


def good_text(good: Good) -> str:
    """A good as people write it: CODE:GRADE:UNIT, with its decimals where they are not the usual ones."""
    usual = Unit.of(good.unit.code).decimals
    text = f"{good.code}:{good.grade}:{good.unit.code}"
    return text if good.unit.decimals == usual else f"{text}:{good.unit.decimals}"


def find_good(bench: Workbench, reference: str) -> Good:
    """The one good that fits CODE, CODE:GRADE, CODE:GRADE:UNIT or all four parts, in any spelling.

    Raises DomainError GoodNotFound or GoodAmbiguous.
    """
    parts = [part.strip() for part in reference.split(":")]
    with bench.store.begin() as work:
        known = work.titles.all_goods()
    if len(parts) in (_WITHOUT_DECIMALS, _WITH_DECIMALS):
        found = [good for good in known if _is_meant(good, parts)]
    else:
        stated = ":".join(parts).casefold()
        found = [good for good in known if stated in _short_names(good)]
    if not found:
        raise DomainError(refusals.GOOD_NOT_FOUND, reference=reference)
    if len(found) > 1:
        listed = ", ".join(good_text(good) for good in found)
        raise DomainError(refusals.GOOD_AMBIGUOUS, reference=reference, goods=listed)
    return found[0]


def _is_meant(good: Good, parts: list[str]) -> bool:
    decimals = parts[_WITHOUT_DECIMALS:] or [str(Unit.of(parts[2]).decimals)]
    if decimals != [str(good.unit.decimals)]:
        return False
    return (
        Good(code=parts[0], grade=parts[1], unit=Unit.of(parts[2], decimals=good.unit.decimals)).key
        == good.key
    )


def _short_names(good: Good) -> tuple[str, str]:
    return good.code.casefold(), f"{good.code}:{good.grade}".casefold()


def good_of_key(bench: Workbench, good_key: bytes) -> Good | None:
    """What a good's key stands for, where it is kept here."""
    with bench.store.begin() as work:
        return work.titles.good_by_key(good_key)


def steps_of_stock(bench: Workbench, stock: Stock, text: str, *, zero_allowed: bool = False) -> int:
    """A decimal quantity of a stock's good in its steps, exactly.

    Raises DomainError TitleDocumentMissing where the good is not known here, and as Good.quantity.
    """
    good = good_of_key(bench, stock.good)
    if good is None:
        raise DomainError(refusals.TITLE_DOCUMENT_MISSING, title=f"the good of stock {stock.stock_id}")
    if zero_allowed and not text.strip().strip("0."):
        return 0
    return good.quantity(text).steps


def currency_of_asset(bench: Workbench, asset_id: AssetId, stated: str | None = None) -> Currency:
    """In what an asset is valued: its note's or receipt's currency; of a bill the stated one.

    A bill that is pledged has the currency of its agreement. Raises DomainError CurrencyOfBillMissing.
    """
    if asset_id.kind == ASSET_KIND_LOT:
        return Currency.of_numeric(find_note(bench, asset_id.lot_id.note_id).currency)
    if asset_id.kind == ASSET_KIND_RECEIPT:
        return Currency.of_numeric(find_receipt(bench, asset_id.receipt_id).currency)
    if stated is not None:
        return Currency.of(stated)
    found = _agreed_currency(bench, asset_id)
    if found is None:
        raise DomainError(refusals.CURRENCY_OF_BILL_MISSING)
    return found


def _agreed_currency(bench: Workbench, asset_id: AssetId) -> Currency | None:
    lien = bench.read_model.state.lien_of(asset_id)
    if lien is None:
        return None
    if lien.facility_id is not None:
        return Currency.of_numeric(find_facility(bench, lien.facility_id).terms.currency)
    with bench.store.begin() as work:
        document = work.documents.by_hash(lien.agreement_hash)
    code = None if document is None else json.loads(document.body_json).get("currency")
    return None if code is None else Currency.of(code)


def active_lien(bench: Workbench, asset_id: AssetId) -> Lien:
    """The lien in force on an asset; raises DomainError LienNotFound."""
    lien = bench.read_model.state.lien_of(asset_id)
    if lien is None or lien.state is not LienState.ACTIVE:
        raise DomainError(LIEN_NOT_FOUND, asset=asset_text(asset_id))
    return lien


def known_currency_of(bench: Workbench, asset_id: AssetId) -> Currency | None:
    """As currency_of_asset; None for a bill whose agreement is not kept here."""
    if asset_id.kind == ASSET_KIND_BILL:
        return _agreed_currency(bench, asset_id)
    return currency_of_asset(bench, asset_id)
