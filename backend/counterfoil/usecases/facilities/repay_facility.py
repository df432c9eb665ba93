"""Pay a facility back, as its borrower, interest first; the last cent frees every asset."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.money import Currency
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_facility
from counterfoil.usecases.resolving import PartyRef, positive_minor
from counterfoil.usecases.workbench import Outcome, Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityRepayment(Outcome):
    """What was paid. closed: nothing is owed any more."""

    interest_minor: int
    principal_minor: int
    closed: bool


def repay_facility(
    bench: Workbench, *, actor: PartyRef, facility_id: int, amount_minor: int | None = None
) -> FacilityRepayment:
    """Repay. amount_minor None: whatever is owed now."""
    acting = actor_of(bench, actor)
    currency = Currency.of_numeric(find_facility(bench, facility_id).terms.currency)
    amount = None if amount_minor is None else positive_minor(amount_minor, currency, field="amount")
    receipt = carry_out(
        bench,
        "repay_facility",
        lambda: bench.ledger.repay_facility(by=acting.key, facility_id=facility_id, amount_minor=amount),
    )
    repaid = receipt.only("FacilityRepaid").args
    return FacilityRepayment(
        operation="repay_facility",
        receipts=(receipt,),
        interest_minor=repaid["interest_minor"],
        principal_minor=repaid["principal_minor"],
        closed=any(each.event == "FacilityClosed" for each in receipt.events),
    )
