"""Seal a transfer, as the receipt's keeper (Civil Code 910)."""

from __future__ import annotations

from counterfoil.domain.goods.receipt_terms import KeeperSeal
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.receipts.sealing import SEAL_VALID_S, SealedTransfer, deadline_from, sign_seal
from counterfoil.usecases.resolving import PartyRef, party_id_of, required_text
from counterfoil.usecases.wording import keep_wording, kept_wording
from counterfoil.usecases.workbench import Workbench


def seal_transfer(
    bench: Workbench,
    *,
    actor: PartyRef,
    receipt_id: int,
    to: PartyRef,
    reference: str,
    valid_s: int = SEAL_VALID_S,
) -> SealedTransfer:
    """Seal the transfer to one party on one trade background; nothing is sent. reference: the background."""
    receipt = find_receipt(bench, receipt_id)
    to_id = party_id_of(bench, to)
    stated = required_text(reference, field="reference")
    background = keep_wording(
        bench,
        DocumentKind.BACKGROUND,
        {"receipt_id": receipt_id, "reference": stated, "sequence": receipt.sequence, "to": to_id},
    )
    seal = KeeperSeal.for_transfer(
        receipt_id=receipt_id,
        sequence=receipt.sequence,
        to_id=to_id,
        background=background,
        deadline_s=deadline_from(bench, valid_s),
    )
    return SealedTransfer(
        seal=seal,
        signed=sign_seal(bench, actor=actor, receipt=receipt, seal=seal),
        background=kept_wording(bench, background),
    )
