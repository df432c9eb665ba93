"""Attest a count of everything that lies in a stock, as an inspector."""

from __future__ import annotations

from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_stock, steps_of_stock
from counterfoil.usecases.resolving import PartyRef, required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def attest_stock(
    bench: Workbench, *, actor: PartyRef, stock_id: int, quantity: str, evidence: str
) -> Outcome:
    """Record a count. quantity: decimal in the good's unit, 0 where nothing is left. evidence: the report.

    A count below the receipts is recorded as it is; it stops what the stock would have to back.
    """
    acting = actor_of(bench, actor)
    steps = steps_of_stock(bench, find_stock(bench, stock_id), quantity, zero_allowed=True)
    stated = required_text(evidence, field="evidence")
    evidence_hash = keep_wording(
        bench, DocumentKind.EVIDENCE, {"evidence": stated, "quantity_steps": steps, "stock_id": stock_id}
    )
    receipt = carry_out(
        bench,
        "attest_stock",
        lambda: bench.ledger.attest_stock(
            by=acting.key, stock_id=stock_id, quantity=steps, evidence_hash=evidence_hash
        ),
    )
    return Outcome(operation="attest_stock", receipts=(receipt,))
