"""Transfer a receipt, as its holder, with the keeper's seal."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.receipts.seal_transfer import seal_transfer
from counterfoil.usecases.receipts.sealing import SealedTransfer, require_sealed, seal_of
from counterfoil.usecases.resolving import PartyRef, party_id_of
from counterfoil.usecases.wording import keep_document
from counterfoil.usecases.workbench import Outcome, Workbench


def transfer_receipt(
    bench: Workbench,
    *,
    actor: PartyRef,
    receipt_id: int,
    to: PartyRef,
    reference: str = "",
    sealed_by: PartyRef | None = None,
    seal: SealedTransfer | None = None,
) -> Outcome:
    """Transfer title. reference: the trade background, where the seal is made here.

    sealed_by: the keeper, whose key is here; seal: what the keeper sealed elsewhere, background included.
    Raises DomainError SealMissing, SealUnlike, SealerNotKeeper, then what the ledger refuses.
    """
    acting = actor_of(bench, actor)
    find_receipt(bench, receipt_id)
    to_id = party_id_of(bench, to)
    sealed = seal_of(
        "transfer",
        seal,
        sealed_by,
        lambda keeper: seal_transfer(
            bench, actor=keeper, receipt_id=receipt_id, to=to_id, reference=reference
        ),
    )
    require_sealed("receipt", sealed=sealed.seal.receipt_id, asked=receipt_id)
    require_sealed("transferee", sealed=sealed.seal.to_id, asked=to_id)
    require_sealed("background", sealed=sealed.seal.terms.hex(), asked=sealed.background.document_hash.hex())
    keep_document(bench, sealed.background)
    receipt = carry_out(
        bench,
        "transfer_receipt",
        lambda: bench.ledger.transfer_receipt(
            by=acting.key,
            receipt_id=receipt_id,
            to_id=to_id,
            background=sealed.seal.terms,
            seal=sealed.signed,
        ),
    )
    return Outcome(operation="transfer_receipt", receipts=(receipt,))
