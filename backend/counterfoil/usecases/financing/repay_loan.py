"""Pay a loan back, in whole or in part, early or late, as the borrower."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.money import Currency
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, find_financing, positive_minor
from counterfoil.usecases.workbench import Outcome, Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanRepayment(Outcome):
    """What was paid, interest first, and whether the loan is closed."""

    interest_minor: int
    principal_minor: int
    closed: bool


def repay_loan(
    bench: Workbench, *, actor: PartyRef, financing_id: int, amount_minor: int | None = None
) -> LoanRepayment:
    """Repay `amount_minor`; None pays whatever is owed now."""
    acting = actor_of(bench, actor)
    financing = find_financing(bench, financing_id)
    if amount_minor is not None:
        positive_minor(amount_minor, Currency.of_numeric(financing.currency), field="amount")
    receipt = carry_out(
        bench,
        "repay_loan",
        lambda: bench.ledger.repay_loan(by=acting.key, financing_id=financing_id, amount_minor=amount_minor),
    )
    paid = receipt.only("LoanRepaid").args
    return LoanRepayment(
        operation="repay_loan",
        receipts=(receipt,),
        interest_minor=paid["interest_minor"],
        principal_minor=paid["principal_minor"],
        closed=any(event.event == "LoanClosed" for event in receipt.events),
    )
