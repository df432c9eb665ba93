"""Seal a split, as the receipt's keeper: which lots go, and what each document says from then on."""

from __future__ import annotations

from collections.abc import Sequence

from counterfoil.domain.goods.receipt_terms import KeeperSeal, Part
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.receipts.receipt_lots import lots_of_parts
from counterfoil.usecases.receipts.sealing import SEAL_VALID_S, SealedSplit, deadline_from, sign_seal
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.title_documents import (
    cut_document,
    keep_title,
    receipt_document,
    salted_receipt,
)
from counterfoil.usecases.workbench import Workbench


def seal_split(
    bench: Workbench,
    *,
    actor: PartyRef,
    receipt_id: int,
    quantities: Sequence[str] = (),
    lots: Sequence[str] = (),
    pieces: Sequence[int] | None = None,
    valid_s: int = SEAL_VALID_S,
) -> SealedSplit:
    """Seal a split into parts of these quantities, or one part of these lots; nothing is sent.

    pieces: of each part and of the rest, where they cannot be told from the lots. Raises DomainError
    QuantityNeedsPartOfLot where a lot would have to be cut: restack first.
    """
    receipt = find_receipt(bench, receipt_id)
    chosen = lots_of_parts(bench, receipt, quantities=quantities, lots=lots)
    document = receipt_document(bench, receipt.detail_root, receipt_id)
    documents = tuple(
        salted_receipt(each)
        for each in cut_document(
            document,
            [[behind.lot for behind in part] for part in chosen],
            numbers=[*_part_numbers(document.number, receipt.sequence, len(chosen) - 1), document.number],
            pieces=pieces,
        )
    )
    parts = tuple(
        Part(detail_root=each.detail_root, lots=tuple(behind.key for behind in part))
        for each, part in zip(documents[:-1], chosen[:-1], strict=True)
    )
    remainder_root = documents[-1].detail_root
    seal = KeeperSeal.for_split(
        receipt_id=receipt_id,
        sequence=receipt.sequence,
        parts=parts,
        remainder_root=remainder_root,
        deadline_s=deadline_from(bench, valid_s),
    )
    signed = sign_seal(bench, actor=actor, receipt=receipt, seal=seal)
    keep_title(bench, *documents)
    return SealedSplit(
        seal=seal, signed=signed, parts=parts, remainder_root=remainder_root, documents=documents
    )


def _part_numbers(number: str, sequence: int, count: int) -> list[str]:
    """Numbers that no other part has: the receipt's sequence goes up with every split."""
    if count == 1:
        return [f"{number}/{sequence + 1}"]
    return [f"{number}/{sequence + 1}.{place}" for place in range(1, count + 1)]
