"""Split a receipt by quantity, as its holder, with the keeper's seal; the receipt stays with the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.domain.goods.receipt_terms import split_terms
from counterfoil.domain.state.goods_state import Receipt as WarehouseReceipt
from counterfoil.ports.engine import Receipt
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.receipts.receipt_lots import good_of_receipt
from counterfoil.usecases.receipts.restack_receipt import LotPlace, restack_for_part
from counterfoil.usecases.receipts.seal_split import seal_split
from counterfoil.usecases.receipts.sealing import SealedSplit, require_sealed, seal_of
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.title_documents import keep_title
from counterfoil.usecases.workbench import Outcome, Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptDivided(Outcome):
    """part_ids: the receipts that were cut off, in the order they were asked for."""

    receipt_id: int
    part_ids: tuple[int, ...]


def split_receipt(
    bench: Workbench,
    *,
    actor: PartyRef,
    receipt_id: int,
    quantities: Sequence[str] = (),
    lots: Sequence[str] = (),
    pieces: Sequence[int] | None = None,
    cut_to: LotPlace | None = None,
    sealed_by: PartyRef | None = None,
    seal: SealedSplit | None = None,
) -> ReceiptDivided:
    """Cut parts off, whole lots each. quantities: decimals in the good's unit; lots: of one part, by name.

    cut_to: where no whole lots come to the only quantity, the keeper (sealed_by) first restacks: one lot is
    cut exactly and the part of it lies there from then on. Raises DomainError QuantityNeedsPartOfLot,
    QuantityNotBelowWhole, SealMissing, SealUnlike, then what the ledger refuses.
    """
    acting = actor_of(bench, actor)
    receipts: list[Receipt] = []
    if seal is None and sealed_by is not None and cut_to is not None and len(quantities) == 1:
        receipts += restack_for_part(
            bench, actor=sealed_by, receipt_id=receipt_id, quantity=quantities[0], cut_to=cut_to
        )
    receipt = find_receipt(bench, receipt_id)
    sealed = (
        checked_split(bench, receipt, quantities, seal)
        if seal is not None
        else seal_of(
            "split",
            seal,
            sealed_by,
            lambda keeper: seal_split(
                bench, actor=keeper, receipt_id=receipt_id, quantities=quantities, lots=lots, pieces=pieces
            ),
        )
    )
    done = carry_out(
        bench,
        "split_receipt",
        lambda: bench.ledger.split_receipt(
            by=acting.key,
            receipt_id=receipt_id,
            parts=sealed.parts,
            remainder_root=sealed.remainder_root,
            seal=sealed.signed,
        ),
    )
    return ReceiptDivided(
        operation="split_receipt",
        receipts=(*receipts, done),
        receipt_id=receipt_id,
        part_ids=tuple(each.args["part"] for each in done.events if each.event == "ReceiptSplit"),
    )


def checked_split(
    bench: Workbench, receipt: WarehouseReceipt, quantities: Sequence[str], sealed: SealedSplit
) -> SealedSplit:
    """The seal that was brought, if it is for this receipt and these quantities; its documents are kept.

    Raises DomainError SealUnlike, naming what differs.
    """
    require_sealed("receipt", sealed=sealed.seal.receipt_id, asked=receipt.receipt_id)
    terms = split_terms(sealed.parts, sealed.remainder_root)
    require_sealed("terms", sealed=sealed.seal.terms.hex(), asked=terms.hex())
    roots = tuple(document.detail_root for document in sealed.documents)
    stated = (*(part.detail_root for part in sealed.parts), sealed.remainder_root)
    require_sealed("documents", sealed=_hexes(stated), asked=_hexes(roots))
    good = good_of_receipt(bench, receipt)
    backing = bench.read_model.state.physical_lots
    if quantities:
        lifted = [sum(backing[key].quantity for key in part.lots if key in backing) for part in sealed.parts]
        wanted = [good.quantity(text).steps for text in quantities]
        require_sealed("quantities", sealed=lifted, asked=wanted)
    keep_title(bench, *sealed.documents)
    return sealed


def _hexes(roots: Sequence[bytes]) -> list[str]:
    return [root.hex() for root in roots]
