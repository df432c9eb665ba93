"""Put receipts into one, as their holder, with the keeper's seal."""

from __future__ import annotations

from collections.abc import Sequence

from counterfoil.domain.goods.receipt_terms import merge_terms
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.receipts.seal_merge import seal_merge
from counterfoil.usecases.receipts.sealing import SealedMerge, require_sealed, seal_of
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.title_documents import keep_title
from counterfoil.usecases.workbench import Outcome, Workbench


def merge_receipts(
    bench: Workbench,
    *,
    actor: PartyRef,
    receipt_id: int,
    source_ids: Sequence[int],
    sealed_by: PartyRef | None = None,
    seal: SealedMerge | None = None,
) -> Outcome:
    """Let the sources go into `receipt_id`: same keeper, site, goods, grade and currency. The sources end."""
    acting = actor_of(bench, actor)
    find_receipt(bench, receipt_id)
    sealed = seal_of(
        "merge",
        seal,
        sealed_by,
        lambda keeper: seal_merge(bench, actor=keeper, receipt_id=receipt_id, source_ids=source_ids),
    )
    require_sealed("receipt", sealed=sealed.seal.receipt_id, asked=receipt_id)
    require_sealed(
        "sources",
        sealed=sorted(source.receipt_id for source in sealed.sources),
        asked=sorted(set(source_ids)),
    )
    terms = merge_terms(sealed.sources, sealed.detail_root)
    require_sealed("terms", sealed=sealed.seal.terms.hex(), asked=terms.hex())
    require_sealed("document", sealed=sealed.detail_root.hex(), asked=sealed.document.detail_root.hex())
    keep_title(bench, sealed.document)
    receipt = carry_out(
        bench,
        "merge_receipts",
        lambda: bench.ledger.merge_receipts(
            by=acting.key,
            receipt_id=receipt_id,
            sources=sealed.sources,
            detail_root=sealed.detail_root,
            seal=sealed.signed,
        ),
    )
    return Outcome(operation="merge_receipts", receipts=(receipt,))
