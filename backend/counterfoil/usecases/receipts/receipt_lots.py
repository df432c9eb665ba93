"""The physical lots behind a receipt: named by people, chosen by quantity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from counterfoil.domain.errors import DomainError
from counterfoil.domain.goods.good import Good, Quantity
from counterfoil.domain.goods.lot_choice import whole_lots
from counterfoil.domain.goods.physical_lot import PhysicalLot
from counterfoil.domain.state.goods_state import Receipt as WarehouseReceipt
from counterfoil.usecases import goods_refusals as refusals
from counterfoil.usecases.goods_resolving import find_stock, good_of_key
from counterfoil.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class LotBehind:
    """A lot of a receipt. lot: as described, with the quantity that the ledger has now."""

    key: bytes
    lot: PhysicalLot

    @property
    def steps(self) -> int:
        """Its quantity in steps."""
        return self.lot.quantity.steps


def good_of_receipt(bench: Workbench, receipt: WarehouseReceipt) -> Good:
    """The good that a receipt gives title to. Raises DomainError TitleDocumentMissing."""
    good = good_of_key(bench, find_stock(bench, receipt.stock_id).good)
    if good is None:
        raise DomainError(refusals.TITLE_DOCUMENT_MISSING, title=f"the good of receipt {receipt.receipt_id}")
    return good


def lots_behind(bench: Workbench, receipt: WarehouseReceipt) -> tuple[LotBehind, ...]:
    """The receipt's lots in the ledger's order, as its document describes them, or whoever named them first.

    Raises DomainError TitleDocumentMissing.
    """
    good = good_of_receipt(bench, receipt)
    backing = bench.read_model.state.physical_lots
    fingerprint_key = bench.keys.fingerprint_key()
    found = []
    with bench.store.begin() as work:
        document = work.titles.by_root(receipt.detail_root)
        stated = () if document is None or document.receipt is None else document.receipt.lots
        # A numbered lot keeps its key when it is moved to another bay; only the document says where it lies.
        described = {lot.key(fingerprint_key): lot for lot in stated}
        for key in receipt.lots:
            lot = described.get(key) or work.titles.lot_by_key(key)
            if lot is None:
                raise DomainError(
                    refusals.TITLE_DOCUMENT_MISSING, title=f"lot {key.hex()} of receipt {receipt.receipt_id}"
                )
            quantity = Quantity(backing[key].quantity, good.unit)
            found.append(LotBehind(key=key, lot=replace(lot, quantity=quantity)))
    return tuple(found)


def named_lot(lots: Sequence[LotBehind], text: str, *, receipt_id: int) -> LotBehind:
    """The lot of that serial, seal, place, label or key. Raises LotOfReceiptMissing or -Ambiguous."""
    wanted = " ".join(text.split()).casefold()
    found = [each for each in lots if wanted in _names(each)]
    if not found:
        raise DomainError(refusals.LOT_OF_RECEIPT_MISSING, lot=text, receipt_id=receipt_id)
    if len(found) > 1:
        raise DomainError(refusals.LOT_OF_RECEIPT_AMBIGUOUS, lot=text, receipt_id=receipt_id)
    return found[0]


def _names(behind: LotBehind) -> set[str]:
    lot = behind.lot
    names = {lot.label, lot.serial, lot.seal, behind.key.hex()}
    if not lot.is_numbered:
        names |= {f"{lot.bay}/{lot.batch}", lot.bay, lot.batch}
    return {" ".join(name.split()).casefold() for name in names if name}


def lots_of_parts(
    bench: Workbench,
    receipt: WarehouseReceipt,
    *,
    quantities: Sequence[str],
    lots: Sequence[str] = (),
) -> tuple[tuple[LotBehind, ...], ...]:
    """Whole lots for each part, and what remains as the last entry.

    quantities: decimals, one a part. lots: instead of a quantity, the lots of the only part, by name. Raises
    DomainError PartsUnclear, QuantityNeedsPartOfLot, QuantityNotBelowWhole, LotOfReceiptMissing.
    """
    if bool(lots) == bool(quantities):
        raise DomainError(
            refusals.PARTS_UNCLEAR,
            receipt_id=receipt.receipt_id,
            quantities=len(quantities),
            lots=len(lots),
        )
    left = list(lots_behind(bench, receipt))
    if lots:
        chosen = tuple(
            {
                each.key: each
                for each in (named_lot(left, text, receipt_id=receipt.receipt_id) for text in lots)
            }.values()
        )
        parts = [chosen]
        left = [each for each in left if each not in chosen]
    else:
        parts = []
        good = good_of_receipt(bench, receipt)
        for text in quantities:
            wanted = good.quantity(text)
            places = whole_lots([each.steps for each in left], wanted.steps)
            if places is None and wanted.steps < sum(each.steps for each in left):
                raise DomainError(
                    refusals.QUANTITY_NEEDS_PART_OF_LOT, receipt_id=receipt.receipt_id, quantity=str(wanted)
                )
            if places is None:
                raise not_below_whole(bench, receipt, wanted)
            parts.append(tuple(left[place] for place in places))
            left = [each for place, each in enumerate(left) if place not in places]
    if not left:
        whole = sum((each.steps for part in parts for each in part), 0)
        raise not_below_whole(bench, receipt, Quantity(whole, good_of_receipt(bench, receipt).unit))
    return (*parts, tuple(left))


def not_below_whole(bench: Workbench, receipt: WarehouseReceipt, asked: Quantity) -> DomainError:
    """The refusal of a part that is no part."""
    whole = Quantity(receipt.quantity, good_of_receipt(bench, receipt).unit)
    return DomainError(
        refusals.QUANTITY_NOT_BELOW_WHOLE,
        quantity=str(asked),
        whole=str(whole),
        receipt_id=receipt.receipt_id,
    )
