"""Record, as the keeper, that goods of a receipt lie in other lots of the site, as many as before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from counterfoil.domain.errors import DomainError
from counterfoil.domain.events.goods_events import BackingLot
from counterfoil.domain.goods.good import Quantity
from counterfoil.domain.goods.lot_choice import lots_with_one_cut, whole_lots
from counterfoil.domain.goods.physical_lot import PhysicalLot, lot_keys
from counterfoil.domain.states import ReceiptState
from counterfoil.ports.engine import Receipt
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases import goods_refusals as refusals
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.receipts.amend_receipt import amend_receipt
from counterfoil.usecases.receipts.receipt_lots import (
    LotBehind,
    good_of_receipt,
    lots_behind,
    named_lot,
    not_below_whole,
)
from counterfoil.usecases.resolving import PartyRef, required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench

_AMENDABLE = frozenset({ReceiptState.ISSUED, ReceiptState.RELEASED})


@dataclass(frozen=True, slots=True, kw_only=True)
class LotPlace:
    """What is new about a lot that was stacked: bay and batch, or the number now on it. Empty: as before.

    maker: whose number it is; needed where the lot had none.
    """

    bay: str = ""
    batch: str = ""
    serial: str = ""
    seal: str = ""
    maker: str = ""

    def describe(self, lot: PhysicalLot, quantity: Quantity) -> PhysicalLot:
        """The lot as it lies now. Raises DomainError LotFieldMissing where nothing identifies it."""
        numbered = bool(self.serial or self.seal)
        return replace(
            lot,
            quantity=quantity,
            bay=self.bay or lot.bay,
            batch=self.batch or lot.batch,
            maker=self.maker or lot.maker,
            serial=self.serial if numbered else lot.serial,
            seal=self.seal if numbered else lot.seal,
        )


def restack_receipt(
    bench: Workbench,
    *,
    actor: PartyRef,
    receipt_id: int,
    lot: str,
    into: Sequence[tuple[str, LotPlace]],
    reason: str,
) -> Outcome:
    """Stack one lot anew. into: quantity and place of each lot that it becomes; together they are the lot.

    The receipt's document is amended to name the lots as they lie now, where it is kept here and the receipt
    is issued or released; of a disputed or frozen one it has to be amended later. Raises DomainError
    PartsDifferFromWhole, LotOfReceiptMissing, LotStatedTwice, then what the ledger refuses.
    """
    receipt = find_receipt(bench, receipt_id)
    good = good_of_receipt(bench, receipt)
    behind = named_lot(lots_behind(bench, receipt), lot, receipt_id=receipt_id)
    quantities = behind.lot.quantity.split([good.quantity(text) for text, _ in into])
    added = [
        place.describe(behind.lot, quantity) for (_, place), quantity in zip(into, quantities, strict=True)
    ]
    done = _restacked(bench, actor=actor, receipt_id=receipt_id, removed=behind, added=added, reason=reason)
    renamed = name_lots_anew(bench, actor=actor, receipt_id=receipt_id, added=added, reason=reason)
    return Outcome(operation="restack_receipt", receipts=(done, *renamed))


def name_lots_anew(
    bench: Workbench, *, actor: PartyRef, receipt_id: int, reason: str, added: Sequence[PhysicalLot] = ()
) -> tuple[Receipt, ...]:
    """Let the receipt's document name the lots that are behind it now; nothing where it does or cannot.

    added: how the lots that are new are described; else as whoever named them first did.
    """
    receipt = find_receipt(bench, receipt_id)
    with bench.store.begin() as work:
        kept = work.titles.by_root(receipt.detail_root)
    if kept is None or kept.receipt is None or receipt.state not in _AMENDABLE:
        return ()
    fingerprint_key = bench.keys.fingerprint_key()
    anew = {lot.key(fingerprint_key): lot for lot in added}
    lots = tuple(anew.get(each.key, each.lot) for each in lots_behind(bench, receipt))
    if lots == kept.receipt.lots:
        return ()
    document = replace(kept.receipt, lots=lots)
    return amend_receipt(bench, actor=actor, receipt_id=receipt_id, document=document, reason=reason).receipts


def restack_for_part(
    bench: Workbench, *, actor: PartyRef, receipt_id: int, quantity: str, cut_to: LotPlace
) -> tuple[Receipt, ...]:
    """Let whole lots come to a quantity: nothing to do, or one lot is cut and its part lies at `cut_to`.

    The rest of the lot stays what it is. Lots that only their place identifies are cut before numbered ones,
    which need a new number. Raises DomainError QuantityNotBelowWhole, QuantityNeedsPartOfLot.
    """
    receipt = find_receipt(bench, receipt_id)
    wanted = good_of_receipt(bench, receipt).quantity(quantity)
    if wanted.steps >= receipt.quantity:
        raise not_below_whole(bench, receipt, wanted)
    lots = lots_behind(bench, receipt)
    steps = [each.steps for each in lots]
    if whole_lots(steps, wanted.steps) is not None:
        return ()
    numbered = bool(cut_to.serial or cut_to.seal)
    cut = lots_with_one_cut(
        steps, wanted.steps, cuttable=[numbered or not each.lot.is_numbered for each in lots]
    )
    if cut is None:
        raise DomainError(refusals.QUANTITY_NEEDS_PART_OF_LOT, receipt_id=receipt_id, quantity=str(wanted))
    behind = lots[cut.cut]
    taken = Quantity(cut.taken_steps, wanted.unit)
    added = [
        replace(behind.lot, quantity=behind.lot.quantity - taken),
        cut_to.describe(behind.lot, taken),
    ]
    reason = f"{taken} of {behind.lot.label} set apart for delivery, transfer or release"
    return (
        _restacked(bench, actor=actor, receipt_id=receipt_id, removed=behind, added=added, reason=reason),
    )


def _restacked(
    bench: Workbench,
    *,
    actor: PartyRef,
    receipt_id: int,
    removed: LotBehind,
    added: Sequence[PhysicalLot],
    reason: str,
) -> Receipt:
    acting = actor_of(bench, actor)
    keys = lot_keys(added, fingerprint_key=bench.keys.fingerprint_key())
    stated = required_text(reason, field="reason")
    reason_hash = keep_wording(
        bench,
        DocumentKind.REASON,
        {"added": [lot.label for lot in added], "reason": stated, "receipt_id": receipt_id},
    )
    with bench.store.begin() as work:
        for key, lot in zip(keys, added, strict=True):
            work.titles.add_lot(key, lot)
    return carry_out(
        bench,
        "restack_receipt",
        lambda: bench.ledger.restack_lots(
            by=acting.key,
            receipt_id=receipt_id,
            removed=[removed.key],
            added=[
                BackingLot(key=key, quantity=lot.quantity.steps) for key, lot in zip(keys, added, strict=True)
            ],
            reason_hash=reason_hash,
        ),
    )
