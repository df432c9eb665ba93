"""Deliver a part: the holder splits it off and orders it, the keeper seals the split and hands it over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.usecases.receipts.deliver_receipt import deliver_receipt
from counterfoil.usecases.receipts.order_delivery import order_delivery
from counterfoil.usecases.receipts.restack_receipt import LotPlace
from counterfoil.usecases.receipts.split_receipt import split_receipt
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Outcome, Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDelivered(Outcome):
    """delivered_id: the receipt of the part, which has ended. receipt_id goes on over the rest."""

    receipt_id: int
    delivered_id: int


def deliver_part(
    bench: Workbench,
    *,
    actor: PartyRef,
    keeper: PartyRef,
    receipt_id: int,
    quantity: str = "",
    lots: Sequence[str] = (),
    order: str,
    handover: str,
    pieces: Sequence[int] | None = None,
    cut_to: LotPlace | None = None,
) -> PartDelivered:
    """Take partial delivery of a quantity or of lots, with the keys of holder and keeper in one keystore.

    Several transactions: an interruption leaves a split-off or released part, which the single commands
    go on from.
    """
    divided = split_receipt(
        bench,
        actor=actor,
        receipt_id=receipt_id,
        quantities=[quantity] if quantity else [],
        lots=lots,
        pieces=pieces,
        cut_to=cut_to,
        sealed_by=keeper,
    )
    (part_id,) = divided.part_ids
    ordered = order_delivery(bench, actor=actor, receipt_id=part_id, order=order)
    delivered = deliver_receipt(bench, actor=keeper, receipt_id=part_id, handover=handover)
    return PartDelivered(
        operation="deliver_part",
        receipts=(*divided.receipts, *ordered.receipts, *delivered.receipts),
        receipt_id=receipt_id,
        delivered_id=part_id,
    )
