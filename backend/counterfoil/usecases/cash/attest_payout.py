"""Record that a redemption was paid, as the bank."""

from __future__ import annotations

from counterfoil.domain.states import Office
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def attest_payout(bench: Workbench, *, redemption_id: int, payment: str) -> Outcome:
    """Attest the payment of a redemption. payment: the bank's reference; its hash is on the ledger."""
    stated = required_text(payment, field="payment")
    payment_hash = keep_wording(bench, DocumentKind.PAYMENT, {"payment": stated})
    receipt = carry_out(
        bench,
        "attest_payout",
        lambda: bench.ledger.attest_payout(
            by=office_key(bench, Office.BANK), redemption_id=redemption_id, payment_hash=payment_hash
        ),
    )
    return Outcome(operation="attest_payout", receipts=(receipt,))
