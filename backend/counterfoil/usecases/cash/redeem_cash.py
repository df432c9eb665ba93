"""Take cash off the ledger, as its holder; the bank owes the payment from here on."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.money import Currency
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, positive_minor, required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class CashRedemption(Outcome):
    """A redemption that the bank still has to pay."""

    redemption_id: int


def redeem_cash(
    bench: Workbench, *, actor: PartyRef, currency: str, amount_minor: int, account: str
) -> CashRedemption:
    """Redeem cash to an account. account: kept here, its hash on the ledger."""
    acting = actor_of(bench, actor)
    unit = Currency.of(currency)
    amount = positive_minor(amount_minor, unit, field="amount")
    stated = required_text(account, field="account")
    account_hash = keep_wording(bench, DocumentKind.ACCOUNT, {"account": stated})
    receipt = carry_out(
        bench,
        "redeem_cash",
        lambda: bench.ledger.redeem_cash(
            by=acting.key, currency=unit.numeric, amount_minor=amount, account_hash=account_hash
        ),
    )
    return CashRedemption(
        operation="redeem_cash",
        receipts=(receipt,),
        redemption_id=receipt.only("CashRedeemed").args["redemption"],
    )
