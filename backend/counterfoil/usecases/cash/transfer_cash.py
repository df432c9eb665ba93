"""Pay another party on the ledger."""

from __future__ import annotations

from counterfoil.domain.money import Currency
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, party_id_of, positive_minor, required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def transfer_cash(
    bench: Workbench, *, actor: PartyRef, to: PartyRef, currency: str, amount_minor: int, reference: str
) -> Outcome:
    """Transfer cash. reference: what it is for, kept here, its hash on the ledger."""
    acting = actor_of(bench, actor)
    to_id = party_id_of(bench, to)
    unit = Currency.of(currency)
    amount = positive_minor(amount_minor, unit, field="amount")
    stated = required_text(reference, field="reference")
    reference_hash = keep_wording(bench, DocumentKind.PAYMENT, {"reference": stated, "to": to_id})
    receipt = carry_out(
        bench,
        "transfer_cash",
        lambda: bench.ledger.transfer_cash(
            by=acting.key, to_id=to_id, currency=unit.numeric, amount_minor=amount, reference=reference_hash
        ),
    )
    return Outcome(operation="transfer_cash", receipts=(receipt,))
