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
from counterfoil.usecases.receipts.receipt_lots import good_of_receipt, lots_behind, named_lot
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
    cut exactly and the part of it lies there from then on. Raises DomainError PartsUnclear, PiecesDiffer,
    QuantityNeedsPartOfLot, QuantityNotBelowWhole, SealMissing, SealUnlike, then what the ledger refuses.
    """
    acting = actor_of(bench, actor)
    restacked, sealed = sealed_split(
        bench,
        receipt_id=receipt_id,
        quantities=quantities,
        lots=lots,
        pieces=pieces,
        cut_to=cut_to,
        sealed_by=sealed_by,
        seal=seal,
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
        receipts=(*restacked, done),
        receipt_id=receipt_id,
        part_ids=tuple(each.args["part"] for each in done.events if each.event == "ReceiptSplit"),
    )


def sealed_split(
    bench: Workbench,
    *,
    receipt_id: int,
    quantities: Sequence[str],
    lots: Sequence[str],
    pieces: Sequence[int] | None,
    cut_to: LotPlace | None,
    sealed_by: PartyRef | None,
    seal: SealedSplit | None,
) -> tuple[tuple[Receipt, ...], SealedSplit]:
    """The transactions by which the keeper restacked before, and its seal: brought along or made here.

    Arguments and errors as of split_receipt.
    """
    if seal is not None:
        return (), _checked(bench, find_receipt(bench, receipt_id), quantities, lots, seal)
    restacked: tuple[Receipt, ...] = ()
    if sealed_by is not None and cut_to is not None and len(quantities) == 1 and not lots:
        restacked = restack_for_part(
            bench, actor=sealed_by, receipt_id=receipt_id, quantity=quantities[0], cut_to=cut_to
        )
    return restacked, seal_of(
        "split",
        None,
        sealed_by,
        lambda keeper: seal_split(
            bench, actor=keeper, receipt_id=receipt_id, quantities=quantities, lots=lots, pieces=pieces
        ),
    )


def _checked(
    bench: Workbench,
    receipt: WarehouseReceipt,
    quantities: Sequence[str],
    lots: Sequence[str],
    sealed: SealedSplit,
) -> SealedSplit:
    """The seal that was brought, if it is for this receipt and for what was asked; its documents are kept.

    Raises DomainError SealUnlike, naming what differs.
    """
    require_sealed("receipt", sealed=sealed.seal.receipt_id, asked=receipt.receipt_id)
    terms = split_terms(sealed.parts, sealed.remainder_root)
    require_sealed("terms", sealed=sealed.seal.terms.hex(), asked=terms.hex())
    roots = tuple(document.detail_root for document in sealed.documents)
    stated = (*(part.detail_root for part in sealed.parts), sealed.remainder_root)
    require_sealed("documents", sealed=_hexes(stated), asked=_hexes(roots))
    if quantities:
        good = good_of_receipt(bench, receipt)
        backing = bench.read_model.state.physical_lots
        lifted = [sum(backing[key].quantity for key in part.lots if key in backing) for part in sealed.parts]
        wanted = [good.quantity(text).steps for text in quantities]
        require_sealed("quantities", sealed=lifted, asked=wanted)
    if lots:
        behind = lots_behind(bench, receipt)
        named = {named_lot(behind, text, receipt_id=receipt.receipt_id).key for text in lots}
        require_sealed(
            "lots",
            sealed=_hexes(sorted(key for part in sealed.parts for key in part.lots)),
            asked=_hexes(sorted(named)),
        )
    keep_title(bench, *sealed.documents)
    return sealed


def _hexes(hashes: Sequence[bytes]) -> list[str]:
    return [each.hex() for each in hashes]
