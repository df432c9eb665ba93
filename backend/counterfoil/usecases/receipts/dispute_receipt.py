"""Dispute a receipt, as its holder or its keeper; nothing of it moves until the dispute ends."""

from __future__ import annotations

from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.resolving import PartyRef, required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def dispute_receipt(bench: Workbench, *, actor: PartyRef, receipt_id: int, evidence: str) -> Outcome:
    """Open a dispute. evidence: kept here, its hash on the ledger."""
    acting = actor_of(bench, actor)
    find_receipt(bench, receipt_id)
    stated = required_text(evidence, field="evidence")
    evidence_hash = keep_wording(bench, DocumentKind.EVIDENCE, {"evidence": stated, "receipt_id": receipt_id})
    receipt = carry_out(
        bench,
        "dispute_receipt",
        lambda: bench.ledger.dispute_receipt(
            by=acting.key, receipt_id=receipt_id, evidence_hash=evidence_hash
        ),
    )
    return Outcome(operation="dispute_receipt", receipts=(receipt,))
