"""Attest quantity and quality of a draft, as an inspector that is not the keeper."""

from __future__ import annotations

from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.resolving import PartyRef, required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def attest_receipt(bench: Workbench, *, actor: PartyRef, receipt_id: int, evidence: str) -> Outcome:
    """Attest a draft. evidence: the inspection report, kept here, its hash on the ledger."""
    acting = actor_of(bench, actor)
    draft = find_receipt(bench, receipt_id)
    stated = required_text(evidence, field="evidence")
    evidence_hash = keep_wording(
        bench,
        DocumentKind.EVIDENCE,
        {"detail_root": draft.detail_root.hex(), "evidence": stated, "receipt_id": receipt_id},
    )
    receipt = carry_out(
        bench,
        "attest_receipt",
        lambda: bench.ledger.attest_receipt(
            by=acting.key, receipt_id=receipt_id, evidence_hash=evidence_hash
        ),
    )
    return Outcome(operation="attest_receipt", receipts=(receipt,))
