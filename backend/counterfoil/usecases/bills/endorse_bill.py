"""Endorse a bill of lading to another party, as its holder."""

from __future__ import annotations

from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_bill
from counterfoil.usecases.resolving import PartyRef, party_id_of, required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def endorse_bill(bench: Workbench, *, actor: PartyRef, bill_id: int, to: PartyRef, reference: str) -> Outcome:
    """Endorse to a party that accepts in advance. reference: the trade background."""
    acting = actor_of(bench, actor)
    find_bill(bench, bill_id)
    to_id = party_id_of(bench, to)
    stated = required_text(reference, field="reference")
    background = keep_wording(
        bench, DocumentKind.BACKGROUND, {"bill_id": bill_id, "reference": stated, "to": to_id}
    )
    receipt = carry_out(
        bench,
        "endorse_bill",
        lambda: bench.ledger.endorse_bill(by=acting.key, bill_id=bill_id, to_id=to_id, background=background),
    )
    return Outcome(operation="endorse_bill", receipts=(receipt,))
