"""Discard a draft, as its keeper; its lots are free again."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Outcome, Workbench


def discard_draft(bench: Workbench, *, actor: PartyRef, receipt_id: int) -> Outcome:
    """Discard a draft that is not issued."""
    acting = actor_of(bench, actor)
    draft = find_receipt(bench, receipt_id)
    receipt = carry_out(
        bench,
        "discard_draft",
        lambda: bench.ledger.discard_draft(by=acting.key, receipt_id=receipt_id, lots=draft.lots),
    )
    return Outcome(operation="discard_draft", receipts=(receipt,))
