"""Book a deposit as cash of a party, as the bank. A deposit is booked once."""

from __future__ import annotations

from counterfoil.domain.money import Currency
from counterfoil.domain.states import Office
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, party_id_of, positive_minor, required_text
from counterfoil.usecases.wording import keep_unique_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def issue_cash(
    bench: Workbench, *, party: PartyRef, currency: str, amount_minor: int, deposit: str
) -> Outcome:
    """Issue cash against a deposit. currency: ISO 4217 letters. deposit: the bank's reference of it.

    The same reference a second time is refused by the ledger with DepositUsed, whatever amount it states.
    """
    party_id = party_id_of(bench, party)
    unit = Currency.of(currency)
    amount = positive_minor(amount_minor, unit, field="amount")
    stated = required_text(deposit, field="deposit")
    deposit_hash = keep_unique_wording(bench, DocumentKind.DEPOSIT, {"deposit": stated})
    receipt = carry_out(
        bench,
        "issue_cash",
        lambda: bench.ledger.issue_cash(
            by=office_key(bench, Office.BANK),
            party_id=party_id,
            currency=unit.numeric,
            amount_minor=amount,
            deposit_hash=deposit_hash,
        ),
    )
    return Outcome(operation="issue_cash", receipts=(receipt,))
