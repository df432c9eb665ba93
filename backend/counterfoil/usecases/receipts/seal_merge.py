"""Seal a merge, as the keeper of all the receipts in it."""

from __future__ import annotations

from collections.abc import Sequence

from counterfoil.domain.goods.receipt_terms import KeeperSeal, Source
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.receipts.sealing import SEAL_VALID_S, SealedMerge, deadline_from, sign_seal
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.title_documents import (
    joined_document,
    keep_title,
    receipt_document,
    salted_receipt,
)
from counterfoil.usecases.workbench import Workbench


def seal_merge(
    bench: Workbench,
    *,
    actor: PartyRef,
    receipt_id: int,
    source_ids: Sequence[int],
    valid_s: int = SEAL_VALID_S,
) -> SealedMerge:
    """Seal that receipts go into `receipt_id`, whose document covers all the goods from then on."""
    receipt = find_receipt(bench, receipt_id)
    joined = [receipt, *(find_receipt(bench, each) for each in dict.fromkeys(source_ids))]
    document = salted_receipt(
        joined_document([receipt_document(bench, each.detail_root, each.receipt_id) for each in joined])
    )
    sources = tuple(Source(receipt_id=each.receipt_id, lots=each.lots) for each in joined[1:])
    seal = KeeperSeal.for_merge(
        receipt_id=receipt_id,
        sequence=receipt.sequence,
        sources=sources,
        detail_root=document.detail_root,
        deadline_s=deadline_from(bench, valid_s),
    )
    signed = sign_seal(bench, actor=actor, receipt=receipt, seal=seal)
    keep_title(bench, document)
    return SealedMerge(
        seal=seal, signed=signed, sources=sources, detail_root=document.detail_root, document=document
    )
