"""Events of cash, financing and administration; `ledger_events` beside it says how to read them."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.events.ledger_events import LedgerEvent
from counterfoil.domain.lot import LotId


@dataclass(frozen=True, slots=True, kw_only=True)
class CashIssued(LedgerEvent):
    """A bank booked a deposit that it attests."""

    party_id: int
    currency: int
    amount_minor: int
    deposit_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CashRedeemed(LedgerEvent):
    """Cash left the ledger; the bank owes the payment."""

    redemption_id: int
    party_id: int
    currency: int
    amount_minor: int
    account_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutAttested(LedgerEvent):
    """The bank paid a redemption."""

    redemption_id: int
    payment_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CashMoved(LedgerEvent):
    """One party paid another."""

    from_id: int
    to_id: int
    currency: int
    amount_minor: int
    reference: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyPayment:
    """What one party gets in a settlement, netted."""

    party_id: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CashSettled(LedgerEvent):
    """One payer, many receivers. The payer's balance falls by the sum."""

    from_id: int
    currency: int
    payments: tuple[PartyPayment, ...]
    reference: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanOffered(LedgerEvent):
    """A funder offers a loan against a lot. Rates in basis points of a year of day_basis days."""

    financing_id: int
    lot_id: LotId
    funder_id: int
    principal_minor: int
    rate_bps: int
    day_basis: int
    due_at_s: int
    expires_at_s: int
    registered_at_s: int
    agreement_hash: bytes
    registration_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOffered(LedgerEvent):
    """A funder offers to buy a lot."""

    financing_id: int
    lot_id: LotId
    funder_id: int
    price_minor: int
    expires_at_s: int
    agreement_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWithdrawn(LedgerEvent):
    """The funder took its offer back."""

    financing_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanDrawnDown(LedgerEvent):
    """The holder took the loan; its lot is pledged and the money is there."""

    financing_id: int
    borrower_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LotPurchased(LedgerEvent):
    """The holder sold its lot."""

    financing_id: int
    seller_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanRepaid(LedgerEvent):
    """A payment on a loan, interest first. from_settlement: taken from the debtor's payment of the lot."""

    financing_id: int
    interest_minor: int
    principal_minor: int
    principal_left_minor: int
    interest_left_minor: int
    from_settlement: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanClosed(LedgerEvent):
    """Nothing is owed any more."""

    financing_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanDefaulted(LedgerEvent):
    """The funder recorded that the loan was not paid when due; debt_minor on that day."""

    financing_id: int
    debt_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleSet(LedgerEvent):
    """A contract lets another contract in, or no longer. contract: name in the deployment."""

    contract: str
    module: str
    admitted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetKindSet(LedgerEvent):
    """The lien registry knows which contract keeps assets of a kind."""

    kind: int
    assets: str
