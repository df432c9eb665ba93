"""Commands about objects that their giver may not see: refused as if there were no such object.

Any other refusal would tell that it exists, and often whose it is or what state it is in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from counterfoil.domain.errors import DomainError
from counterfoil.domain.lot import ASSET_KIND_LOT, ASSET_KIND_RECEIPT, AssetId, LotId
from counterfoil.domain.visibility import Sight, Viewer, Visibility
from counterfoil.usecases import goods_refusals, refusals
from counterfoil.usecases.goods_resolving import asset_id_of
from counterfoil.usecases.resolving import lot_id_of


def refuse_unseen(visibility: Visibility, viewer: Viewer, subjects: Iterable[tuple[str, object]]) -> None:
    """Refuse what names an object that the viewer does not see.

    subjects: kind (note, lot, receipt, stock, bill, financing, facility, asset) and reference, as the body of
    a command states them; None where nothing is stated. Raises what a missing object raises: NoteNotFound,
    LotNotFound, ReceiptNotFound, BillNotFound, StockNotFound, FinancingNotFound or FacilityNotFound.
    """
    for kind, reference in subjects:
        if reference is not None:
            _CHECKS[kind](visibility, viewer, reference)


def _note(visibility: Visibility, viewer: Viewer, note_id: Any) -> None:
    if not visibility.sees_note(viewer, note_id):
        raise DomainError(refusals.NOTE_NOT_FOUND, note_id=note_id)


def _lot(visibility: Visibility, viewer: Viewer, reference: Any) -> None:
    lot_id = reference if isinstance(reference, LotId) else lot_id_of(reference)
    if visibility.of_lot(viewer, lot_id) < Sight.PAST:
        raise DomainError(refusals.LOT_NOT_FOUND, lot=str(lot_id))


def _receipt(visibility: Visibility, viewer: Viewer, receipt_id: Any) -> None:
    if visibility.of_receipt(viewer, receipt_id) is Sight.NONE:
        raise DomainError(goods_refusals.RECEIPT_NOT_FOUND, receipt_id=receipt_id)


def _bill(visibility: Visibility, viewer: Viewer, bill_id: Any) -> None:
    if visibility.of_bill(viewer, bill_id) is Sight.NONE:
        raise DomainError(goods_refusals.BILL_NOT_FOUND, bill_id=bill_id)


def _stock(visibility: Visibility, viewer: Viewer, stock_id: Any) -> None:
    if not visibility.sees_stock(viewer, stock_id):
        raise DomainError(goods_refusals.STOCK_NOT_FOUND, stock_id=stock_id)


def _financing(visibility: Visibility, viewer: Viewer, financing_id: Any) -> None:
    if not visibility.sees_financing(viewer, financing_id):
        raise DomainError(refusals.FINANCING_NOT_FOUND, financing_id=financing_id)


def _facility(visibility: Visibility, viewer: Viewer, facility_id: Any) -> None:
    if visibility.of_facility(viewer, facility_id) is Sight.NONE:
        raise DomainError(goods_refusals.FACILITY_NOT_FOUND, facility_id=facility_id)


def _asset(visibility: Visibility, viewer: Viewer, reference: Any) -> None:
    asset_id: AssetId = asset_id_of(reference)
    if asset_id.kind == ASSET_KIND_LOT:
        _lot(visibility, viewer, asset_id.lot_id)
    elif asset_id.kind == ASSET_KIND_RECEIPT:
        _receipt(visibility, viewer, asset_id.receipt_id)
    else:
        _bill(visibility, viewer, asset_id.bill_id)


_CHECKS: dict[str, Callable[[Visibility, Viewer, Any], None]] = {
    "note": _note,
    "lot": _lot,
    "receipt": _receipt,
    "bill": _bill,
    "stock": _stock,
    "financing": _financing,
    "facility": _facility,
    "asset": _asset,
}
